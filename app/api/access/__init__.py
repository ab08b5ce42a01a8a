"""Who may call, and how often: keys, their roles, and the limits of calls.

door         at every call under /v1: whose key, how many calls, when it was last used
call_limit   the counting, over all processes
keyring      keys made, rotated and revoked, for the API and for a command line
newcomer     a partner that is new
routes       the same as `/v1/keys`, and who calls as `/v1/partner`
"""
