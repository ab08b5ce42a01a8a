"""Contacts in the loop: created with the first invoice that needs them, then kept true both ways.

Begin with `stage`, which is their part of a round; `ensure` is the way of a new customer.

    stage           edits both ways: observe both sides, follow merges, record, write, join groups
    triggers        Xero's events and the sweep of contacts
    carry, chosen   what people decided, when its work starts; the contact of Xero that a person chose by hand
    work            one contact's way through a round
    reads           fetches contacts and follows merges
    write, groups   updates in batches; the app's group codes as memberships in Xero's groups
    record          puts what was found on disk and tells the partner

Invoices need them:

    ensure          for invoices that are about to be written: each contact's id in Xero, created or adopted
    matching        which contact of Xero a refused create means
    unfinished      creates that were begun and whose answer was lost
    merged          customers whose contact was merged with another one's, known by our marks
    recovered       contacts that a restored copy does not know, known by the invoices that were made for them
    keys            whose contact an invoice of Xero names
"""
