"""What the partner's side is told: changes and notices, as feeds and as webhooks; and its addresses.

changes, notices            the feeds
webhooks, notice_webhooks   what is sent, as the contract tells it
endpoints                   where it is sent: their resource, their secrets, their deliveries
read_endpoints              where the app can be asked, and read_callbacks what it is asked
partner_side                how old our knowledge of it is
"""
