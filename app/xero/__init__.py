"""The Xero adapter: the one place that knows Xero's HTTP, JSON and SDK. Everything outside speaks domain values.

    signature                   is this webhook from Xero?
    registration, scopes, oauth who we are to Xero, what we ask for, consent and tokens
    tokens                      keeps a token set fresh, one refresh at a time
    client, transport, budget   one SDK client per organisation, its traps closed, every call counted
    failures, refusals          what went wrong, in our own words
    from_xero, to_xero          pure mappings between Xero's JSON and domain values; organisation_from_xero, words,
                                json_values and where belong to them
    calls                       runs the blocking client in threads, renews a token that ended under way
    organisations, organisation what the reconcile's ports ask for

The SDK serves as the table of Xero's operations and nothing more: its tokens, retries, timeouts, models and
deserialiser are not used, because each of them fails in its own way (FACTS 6).
"""
