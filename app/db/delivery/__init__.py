"""What goes out to partners, and what the app says it has.

changes                         the feed
due, due_connections            what there is to send, of one connection and of all
claims                          who sends which change, and what came of it; `footing` says whether it still may
notices                         what is told of a connection beside its changes
fan_out, copies                 both again, for every endpoint that listens
delivery_log, delivery_views    what was sent, written down and read back
disabling, enabling             an endpoint that does not work, and one that does again
resends                         a change that a person wants sent again
partner_reads, unlisted, manifests, partner_holdings
                                what the app has: asked, listed, and how old that knowledge is
"""
