"""An organisation's books: invoices, contacts, items, payments, credits, and the arithmetic over them.

Begin with `organisation`, on which all books hang. A book holds frozen values, finds them, and notes each change in the
journal; what may be written is said by `*_writes`.

    organisation, journal       the facts and the books of one; what a request changed, its undoing, its events
    invoices, lines             sales invoices and how they are numbered; what a posted line becomes
    contacts, contact_groups    customers, by unique names; groups, which only persons make
    items                       what is bought and sold, by its code
    payments, credits           money in and refunds; notes, overpayments, prepayments and what is allocated of them
    totals, amounts             tax for each line and the sum; cents, and numbers as JSON has them

What invoices are made with:

    accounts, taxrates          a chart with the traps of real ones; the default rates of three countries
    tracking, themes            categories with their options; how documents look
    behaviour                   how it answers where nothing that Xero has said tells how
"""
