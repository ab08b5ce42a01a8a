"""What is kept true in two places, as resources: invoices, contacts and items, their links, and the manifest.

Begin with `invoice_put`: one document comes in, is stored, and the invoice goes out. The modules of the other kinds of
things are built like those of invoices.

    invoice_put, invoice_inbox      one document by PUT; those of one moment stored in one transaction
    invoices                        many documents in one call; one invoice read or looked at again, its page at Xero
    invoice_lists, invoice_paths    pages of them, narrowed and sorted; the id in an address, and its link
    invoice_resource                what is shown of one: `sides` what each side has, `standing` why it is not in step
    drafts                          a draft in Xero out of a deal
    links, invoice_usage            both identities side by side; what one invoice's calls to Xero came to
    manifest                        the partner says what it has, and hears which documents we lack

A payment or credit lives in its invoice's document; to put one is to make the next version of that:

    payments, applied_credits       the calls, of each kind
    part_routes, part_calls         what both do alike: the routes, and the edit of the document
    part_lists, part_resources      all of a connection in one list, and what is shown of each
    settling                        how an invoice shows its own

Customers and products:

    contacts, contact_lists, contact_paths, contact_resource
                                    a customer's documents in, pages, addresses, what is shown
    contact_push, contact_links     one brought to Xero without an invoice; one of Xero's chosen by hand
    items, item_lists, item_paths, item_resource
                                    the same of products

What several of these use:

    writing                         who writes, of which connection, and whom to wake after the answer
    batches                         a list of documents, each taken or refused by itself
    attempts, histories             what was tried in Xero for one thing; all that ever happened to it
"""
