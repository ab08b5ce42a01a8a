"""What comes in: Xero's webhooks and the partner's documents are verified, stored, committed, and only then answered.

Nothing here decides and nothing here asks Xero: what is stored becomes a trigger, and the loop does the rest.

    refusals        how something is refused, naming the field
    values          the kinds of text that a document may hold
    document        the partner's document, as its schema
    taking          what becomes of documents of any kind, several at a time, each by itself
    documents       what else must hold of a document, and how it is stored; used by the API's PUT as well
    inherited       faults that an invoice had before, by our own doing, and is not refused for
    contact_documents, items, parts, drafts
                    the same of customers, products, payments and credits, and what is only begun
    at_once         most documents that come one by one: stored by a single statement; `inbox` has the ways they go
    document_store  documents in answers of the partner's app
    fresh_rates     the tax rates, read once more where a document's total does not fit
    bodies          JSON that can be kept
    xero_events     POST /webhooks/xero; `xero_inbox` stores what it is sent, as it came
    xero_webhooks   a worker reads the events out of that; `xero_deliveries` is what they say
    partner_events  POST /webhooks/partner/{partner_id}; `partner_inbox` stores what it is sent
    shop_events     POST /webhooks/shops/{connection_id}; `shop_hooks` hears it
    manifests       what the app lists, set against what is known
    replays         a stored event, taken in once more
    dependencies    what intake needs, put together by `wiring`; `routes` the addresses
"""
