"""The addresses of the accounting API, kind by kind, and the JSON that they show.

Begin with `ask`, then `invoice_endpoints`.

    ask                         one authenticated request, and how many elements are carried out one by one
    invoice_endpoints, invoice_views, line_views
                                `/Invoices`: reads with every filter, PUT, POST; its JSON, and that of a line
    payment_endpoints           `/Payments`
    credit_endpoints, credit_views
                                `/CreditNotes`, `/Overpayments`, `/Prepayments` and their allocations; their JSON
    bank_transaction_endpoints  `/BankTransactions`, where the last two come from
    contact_endpoints, contact_group_endpoints
                                `/Contacts`; `/ContactGroups`, and contacts put into one
    item_endpoints              `/Items`, one list without pages
    setting_endpoints           organisation, accounts, rates, tracking, themes; read only
    history_endpoints           notes on a document
    echoes                      how a refused element is shown
"""
