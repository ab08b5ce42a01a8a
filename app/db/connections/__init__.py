"""Connections as they are worked on: state and settings, the lease, sets of facts, sweeps and compares.

Begin with `connections`, the row itself, then `leases`, by which one worker at a time has it.

    connections                     found, listed as due, their generation raised, their state saved
    arrivals, known                 locked while something comes in; as a process knows them when a document comes
    leases                          taken, renewed, given back; the fence of every transaction that records
    organisations, facts_at_hand    an organisation's facts as JSON; those that a process need not ask for again
    settings                        what was chosen, from version to version
    sweeps, compares                when Xero is searched for what no event told of, or set against all that we know
    runs                            those that work at set times
    listed                          a partner's own, page by page, without all of their facts
"""
