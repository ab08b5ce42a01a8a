"""Invoices: their links as the loop works on them, as it records them, and as they are shown.

Begin with `invoice_links`, the loop's way to what is behind; how a document comes in is `links.documents`.

    invoice_links, reads            what is behind, whose it is in Xero, what makes it due; which ask for a fresh read
    link_record, recorded           links written back; the same with all that belongs to a batch, in one statement
    sums, credits                   what each side comes to; what a link remembers of credit notes and deposits
    numbers                         which link has which number
    invoice_contacts                which invoices name a customer who is linked anew

For the API:

    resources                       invoices one by one, with the versions held
    invoice_lists, part_lists       pages of them, narrowed and sorted; those that have payments or credits
    agreement                       what stands against saying that both sides are equal, counted
"""
