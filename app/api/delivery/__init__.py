"""What the partner's side is told: changes and notices, as feeds and as webhooks; and its addresses.

changes, notices            the feeds
webhooks, notice_webhooks   what is sent, as the contract tells it
endpoints, endpoint_secrets where it is sent, and how that is signed
deliveries                  what was sent there, a test, and one sent again
resend, events              a change sent again, and what came from both sides sent through again (`again`)
read_endpoints              where the app can be asked, and read_callbacks what it is asked
partner_side                how old our knowledge of it is
shop_webhooks               what a shop sends, as the contract tells it
"""
