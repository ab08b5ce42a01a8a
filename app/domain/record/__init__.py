"""A record and how it is kept true: its fields, who may hold and edit what, the merge, and what a side is owed.

Begin with these, in this order; they are the heart of Plumbline:

    fields, sides               the canonical form, a flat map from paths to values; what each side can hold of it
    merge                       one side's edits taken into the record: the decision table
    hub                         a link's three values, and what keeps them honest while messages cross
    observing                   what a side was seen to hold, merged into them
    owed, sent                  what a side still needs; what becomes of changes that went to the partner

What these stand on:

    path, moves                 reading and writing at one path; what differs between two values, path by path
    kind                        what the hub asks of invoices, and of other things, in their own ways
    policy, line_order          who wins a conflict; lines put in order three ways
    replaced                    a copy of a frozen value with some fields replaced
    money, credit               sums and rounding as Xero does it; what lowers an amount due without being a payment

Facts that take more than one field to say:

    coupling, item_code         two words for one fact, moved along together: category and account, tax, product code
    basis, together             amounts with tax or without, and what means nothing without that; what waits with it

Edits that do not travel, or not yet:

    direction, apart            which way fields go; what stays on its own side by that, and its base for later
    field_names                 the names by which settings say that, and the paths that each covers
    held                        what each side should show while a conflict waits for a person
    over                        an invoice that ended on both sides, and stays ended whatever comes late
"""
