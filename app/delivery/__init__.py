"""Changes out to partners: signed webhooks, in order per invoice, tried again until the partner's app has taken them.

    address    whether a partner's address may be called
    webhook    one signed call, and what came back
    answers    what an answer means: applied, refused or failed
    backoff    when a failed change is tried again
    delivery   the loop: claim, call, record

A partner without a webhook address reads the feed instead, and its changes wait there.
"""
