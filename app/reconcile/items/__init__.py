"""Products: Xero's list of items, those that lines name, and the partner's as they are kept in Xero.

Begin with `item_list`.

    item_list       Xero's list, read when something needs it, and what its news set in motion
    line_items      the items that lines name: known before they are merged, made before they are sent
    apply_items     the partner's products, brought into Xero
    matching        which item of Xero's is each one's
    work, record    one of them on its way; where it stands, put on disk
"""
