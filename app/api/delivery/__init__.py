"""What the partner's side is told: changes and notices, as feeds and as webhooks; and its addresses.

Begin with `changes`: what an app must now show, read by cursor. A webhook carries the same.

    changes, notices                what the app must show, and what became of a connection itself, as feeds
    webhooks, notice_webhooks       the same as it is sent; nothing is routed there
    shop_webhooks                   the webhooks that a shop sends to us

Where it is sent:

    endpoints, endpoint_resource    addresses made and changed; what is shown of one
    endpoint_secrets                secrets replaced while the one before still counts, both ways
    deliveries, delivery_resource   what was sent to an address, a test, one sent once more; what is shown of that
    resend                          a change sent to the app once more
    events, event_resource          what came from both sides, any of it sent through once more; what is shown of it
    acts                            what the last two do, for the routes and for a command line

Where the app can be asked:

    read_endpoints, read_callbacks  the address, and the two calls that are made to it
    partner_side                    how old our knowledge of the app is, and by what we have it
"""
