"""Who may call, and how often: keys, their roles, and the limits of calls.

Begin with `door`, which every call of a partner goes through.

    door            at every call under /v1: whose key, how many calls, when it was last used
    keys_sent       whose keys were sent, looked up for all calls that come at about the same time
    side_doors      at webhooks and at what a browser opens, where nobody has a key: how many calls of an address
    call_limit      the counting, over all processes
    dependencies    what the doors need of the rest
    keyring         keys made, rotated and revoked, for the API and for a command line
    routes          the same as `/v1/keys`, and who calls as `/v1/partner`
    resource        what is shown of a key: its secret once, and never again
"""
