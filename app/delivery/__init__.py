"""Changes and notices out to partners: signed webhooks, in order, tried again until the partner's app has taken them.

    address    whether a partner's address may be called
    webhook    one signed call, and what came back
    answers    what an answer means: applied, refused or failed
    backoff    when a failed change is tried again
    delivery   the loop of changes: claim, call, record
    notices    the same for what a partner is told of a connection, in order

A partner without a webhook address reads the feed instead, and its changes wait there.
"""
