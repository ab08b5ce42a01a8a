"""What Xero holds and what we ask of it, in our own words: the values that cross the port to its adapter.

Begin with `xero_invoice`.

    xero_invoice                    an invoice with its lines and payments, as read and as to be written
    xero_contact, xero_credit, xero_item
                                    the same of customers, of credit notes and their like, and of products
    lateness                        reads that come late, and show what was before
    line_identities                 lines to be written, with ids where codes and names may have been edited

About the organisation:

    organisation, part              the facts that decisions need; one read of Xero each, and which holds it can lift
    former_codes, former_names      what accounts, and tracking, were called before
    pricing                         what Xero's plans allow and cost
"""
