"""Joining a business to a Xero organisation, and what becomes of the two.

Begin with `connections`, which opens one; then `consent`, the way from a person's yes to a connection that works.

    providers                           what a business can be joined to, and why each scope is asked for
    connections, connection_resource    opened, looked at, paused, removed; what is shown of one, with its next step
    acts, running                       what is done to one on demand; a run now of one at set times
    oauth, browsers                     what a person's browser opens, and whose browser it is
    consent, consent_refusal            the steps from the address to the token; why a consent cannot be used
    choice, consent_page                which of several organisations; the pages that the person sees
    connection_consent                  a new address, that choice and a fork, as a partner's calls
    joining, revival                    the organisation read and settings begun; what else the consent brings to life

A connection that works:

    organisation                        the accounts, rates and categories that can be chosen from
    trials                              a small draft sent to Xero and taken away again, step by step
    xero_apps                           apps that partners registered with Xero themselves
    data                                what is kept of a business, given out or erased
"""
