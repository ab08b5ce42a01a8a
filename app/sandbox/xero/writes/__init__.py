"""What Xero does with what is posted, kind by kind.

Begin with `invoice_writes`: an element is made, or laid over the one that it identifies; all that is wrong with it is
refused at once.

    invoice_writes, editing     sales invoices; which changes of one its state, its money and locked periods allow
    line_lists                  the whole list of lines, laid over the one that is held
    contact_writes              customers, posted alone or within an invoice, and merged
    payment_writes              money on an invoice, and refunds: made and deleted
    credit_note_writes          credit notes
    bank_transaction_writes     receipts that make an overpayment or a prepayment
    allocation_writes           a credit set against an invoice, and taken back
    item_writes                 products
"""
