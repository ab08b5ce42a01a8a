"""The Xero adapter: the one place that knows Xero's HTTP, JSON and SDK. Everything outside speaks domain values.

    signature                   is this webhook from Xero?
    registration, scopes, oauth, identities
                                who we are to Xero, what we ask for, consent and tokens, for each Xero app
    tokens, consents            keeps a token set fresh, one refresh at a time; where a consent stands at Xero
    client, transport           one SDK client per organisation, its traps closed
    calls, threads, slots       runs the blocking client in threads, five calls at once to an organisation
    budget, shared_budget, usage
                                every call counted, and held within what Xero allows
    failures, refusals          what went wrong, in our own words
    from_xero, to_xero          pure mappings between Xero's JSON and domain values, and their like for contacts,
                                credits, items and organisations; words, json_values and where belong to them
    portions, half_read         long writes in parts, and long lists that go on where they were cut off
    organisations, organisation what the reconcile's ports ask for: invoices, contacts, items, payments, credits

The SDK serves as the table of Xero's operations and nothing more: its tokens, retries, timeouts, models and
deserialiser are not used, because each of them fails in its own way (FACTS 6).
"""
