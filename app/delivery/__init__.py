"""Changes and notices out to partners: signed webhooks, in order, tried again until the partner's app has taken them.

Begin with `delivery`, which is the loop; then `changes`.

    delivery                everything that is due for a connection
    changes, recording      to the endpoint that applies them; what came of many calls, recorded together
    notices                 what that endpoint is told of a connection, in order
    copies                  both, for the endpoints that listen
    flight, permission      several calls at a time; whether what was claimed may still go
    by_hand                 what a person has sent: a test, and a message once more

One call:

    webhook, calls          a signed message and what came back; the same with its record
    address, network        whether a partner's address may be called; connects to the very address that was checked
    answers, backoff        what an answer means: applied, refused or failed; when a failed message is tried again

What follows by and by:

    health, pruning         when an endpoint is no longer tried; what is forgotten, and when copies are given up

A partner without an endpoint that applies reads the feed instead, and its changes wait there.
"""
