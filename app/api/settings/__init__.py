"""What a business chooses: read, checked against its organisation, changed, and kept from version to version.

accounts, invoicing, items, credits, contacts    what becomes of things in Xero
policies, directions, schedule                   who wins, what travels which way, and when
check                                            a change of all of these, checked and applied; pure
fresh_accounts                                   accounts that are chosen by codes, by the codes of now
changing                                         a change carried out, with what it sets in motion
resource, mappings                               how settings are shown, and what has gone stale of them
routes, versions                                 the calls
"""
