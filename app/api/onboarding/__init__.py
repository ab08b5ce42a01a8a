"""Joining a business to a Xero organisation, and what becomes of the two.

providers                   what a business can be connected to
connections                 opened, looked at, paused, resumed and removed; `acts` and `running` carry that out
oauth, browsers             what a person's browser opens on the way to Xero and back, and whose it is
consent, consent_refusal    the way through Xero's consent, and why one cannot be used
connection_consent, choice  the same as a partner steers it, and the choice between several organisations
consent_page                what the person sees after it
joining, revival            what follows: the organisation read, and what else a consent revives
organisation                what it has to choose from
xero_apps                   Xero apps of partners' own
trials                      a test transaction
data                        what is kept of a business, given out or erased
"""
