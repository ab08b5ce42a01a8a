"""What is left for people to read and to decide.

Begin with `conflicts` and `discrepancies`, then `resolutions`.

    conflicts, discrepancies    two edits of one field, whoever won; differences that no merge explains
    resolutions, left_behind    what was decided of these; invoices of Xero's that a link was taken from by a decision
    open_findings               whether any of it waits, of some links, in one statement
    attempts                    what the loop did in Xero
    histories, last_words       all that ever happened to one link, in order; the last of it alone
"""
