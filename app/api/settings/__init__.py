"""What a business chooses: read, checked against its organisation, changed, and kept from version to version.

Begin with `routes`, then `changing` and `check`, which put the others together.

    routes, resource            the calls, with an ETag; what is shown, in a form that can be sent back
    changing                    one change carried out: checked, a new version, and what it sets in motion
    check                       a change of everything, taken whole or refused with all its faults; pure
    accounts, fresh_accounts    which account and tax a line goes to; the chart read anew for a choice by code
    invoicing, items            how invoices look in Xero, and which items their lines name
    credits, contacts           how credits are booked; account numbers, groups, and how customers are matched
    policies, directions        who wins a conflict; what travels, and which way
    schedule                    in real time, or when
    mappings                    choices that the organisation lets be used no more
    versions                    every version with what it changed, and the way back
"""
