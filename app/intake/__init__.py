"""What comes in: Xero's webhooks and the partner's documents are verified, stored, committed, and only then answered.

Nothing here decides, and nothing asks Xero but for tax rates (`fresh_rates`): what is stored becomes a trigger, and the
loop does the rest. Begin with `document`, then `documents`; `taking` and `inbox` say how many are taken in together.

    document, contact_document, item_document
                                    what a partner may send of an invoice, a customer, a product, as its schema
    values, known_fields            the kinds of text in these; what was meant by a field that is not known
    documents, contact_documents, items
                                    what else must hold of one, and how it is stored; by the API's PUT as well
    inherited, fresh_rates          faults that we told the app to have; tax rates read anew where a total does not fit
    taking, inbox, at_once          several, each by itself; those of one moment together; most by a single statement
    refusals, bodies                how something is refused, naming the field; signed JSON, read only if it can be kept
    parts, part_documents           a payment or credit by itself: made its invoice's next document; its schema
    draft, drafts, draft_contacts   a draft in Xero out of a deal: its schema, how it is stored, and its customer
    manifests                       what a manifest shows to differ
    document_store                  documents in answers of the partner's app
    replays                         stored events, sent through once more

Webhooks, at addresses of their own (`routes`), with what `wiring` gives them (`dependencies`):

    xero_events, xero_signatures    POST /webhooks/xero: whether Xero signed it
    xero_inbox, xero_webhooks, xero_deliveries
                                    its bytes on disk; taken up by a worker; the events that they hold
    partner_events, partner_secrets, partner_event, partner_inbox
                                    POST /webhooks/partner/{partner_id}: its signer, its content, its way to disk
    shop_events, shop_hooks         POST /webhooks/shops/{connection_id}: verified, and the shop is looked at
"""
