"""Changes and notices out to partners: signed webhooks, in order, tried again until the partner's app has taken them.

    address    whether a partner's address may be called; network connects to the very address that was checked
    webhook    one signed call, and what came back; calls records it
    answers    what an answer means: applied, refused or failed
    backoff    when a failed message is tried again
    delivery   the loop: everything that is due for a connection
    changes    to the endpoint that applies them, recorded together by recording
    notices    what that endpoint is told of a connection, in order
    copies     both, for the endpoints that listen
    flight     several calls at a time
    permission whether what was claimed may still go
    health     when an endpoint is no longer tried
    by_hand    what a person has sent: a test, and a message once more
    pruning    what is forgotten, and when copies are given up

A partner without an endpoint that applies reads the feed instead, and its changes wait there.
"""
