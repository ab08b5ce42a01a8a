"""A connection's health, check by check, each with its cure (FEATURES E13, E14, T4, T24).

Pure. What was chosen, what Xero lets be done, what arrives and what waits: whoever asks gathers the facts, from what is
known (a check-up) or freshly read from Xero (a pre-flight), and the same checks answer.

    check       one check and its outcome
    facts       what must be known
    consent     the connection, its token and its scopes
    choices     settings against the organisation: accounts, taxes, mappings, lock dates, the plan
    shop        the shop that stands in for the app
    traffic     limits, webhooks both ways, sweeps and compares, what is behind and what is held
    all_checks  all of them in order
"""
