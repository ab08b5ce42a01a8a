"""The Xero adapter: the one place that knows Xero's HTTP, JSON and SDK. Everything outside speaks domain values.

Begin with `organisation`, which is what the reconcile's ports ask for; then `invoices`, and `calls` under it.

    organisations, organisation     one opened for each connection, and kept; its facts and what it holds
    invoices, contacts, items, payments, credits
                                    each port's methods, in terms of calls
    from_xero, to_xero              pure mappings of invoices and payments, from Xero's JSON and to it
    contact_from_xero, contact_to_xero, credits_from_xero, credits_to_xero, item_mapping, organisation_from_xero
                                    the same of the other things
    invoice_flaws, always           what may be believed: an invoice that adds up, what each other element always says
    answer_order                    whether an element of an answer is about the write at its place
    json_values, words, where       JSON read tolerantly; words that both directions use; how Xero is asked for a part
    portions, half_read             long writes in parts, and long lists that go on where they were cut off

How a call is made:

    calls, threads, slots           the blocking client run in threads, five calls at once to an organisation
    client, transport               one SDK client per organisation, its traps closed
    budget, shared_budget, usage    what Xero allows and says is left; held in Redis for all processes; calls counted
    failures, refusals              what went wrong with a call, and with one element of it, in our own words

Who we are to Xero:

    registration, scopes            the app that Xero knows, and what it asks a person for
    oauth, identities               consent and tokens of one Xero app; the same for partners' own apps
    tokens, consents                keeps a token set fresh, one refresh at a time; where a consent stands at Xero
    signature                       is this webhook from Xero?

The SDK serves as the table of Xero's operations and nothing more: its tokens, retries, timeouts, models and
deserialiser are not used, because each of them fails in its own way (FACTS 6).
"""
