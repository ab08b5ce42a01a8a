"""What goes out to partners, and what the app says it has.

Begin with `changes`, the feed; `claims` is how a worker comes to send from it.

    changes                         the feed, and what of it was applied
    due, due_connections            what there is to send, of one connection; which connections have any
    claims, footing                 which worker sends which change, and what came of it; whether it still may
    notices                         what is told of a connection itself, in order
    fan_out, copies                 both, written once more for every endpoint that listens; who sends those
    resends                         a change that a person wants sent once more

About an endpoint:

    delivery_log, delivery_views    every message with its attempts: written, and read back in pages
    disabling, enabling             given up because it does not work; put to work again, with what waited

What the app has:

    partner_reads, unlisted         how far a look at it came, and who goes on; what it has not listed yet
    manifests                       what its own list is set against
"""
