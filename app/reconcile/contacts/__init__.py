"""Contacts in the loop: created with the first invoice that needs them, then kept true both ways.

    ensure      for invoices that are about to be written: Xero's id of each contact, created or adopted where it lacks
    matching    which contact of Xero a refused create means
    unfinished  creates that were begun and whose answer was lost
    recovered   contacts that a restored copy does not know, known by the invoices that were made for them
    stage       edits both ways: observe both sides, follow merges, record, write, join groups
    carry       what people decided of them
    chosen      the contact that a person chose by hand
    groups      the app's group codes as memberships in Xero's groups
    triggers    Xero's events and the sweep of contacts
    keys        whose contact an invoice of Xero names

`work` is one contact's way through a round, `reads` fetches contacts and follows merges, `record` puts what was found
on disk and tells the partner, `write` sends updates.
"""
