"""A connection: what its business chose, when it works, what comes next, and what has gone stale.

Begin with `connection`, then `settings`.

    connection, notice          its states and what the loop and the API see of it; what a partner is told of a move
    next_step                   what somebody should do before it is ready
    settings                    what its business chose, kept as JSON
    account_map                 which account a line goes to: by its item, else by its category
    reckoning                   what a document leaves out and the connection works out: a total, a day
    stale, widening             choices that the organisation lets be used no more; whether others let more invoices in
    carry_over                  choices taken over to another organisation, by meaning and never by id

When it works, and on what first:

    schedule, next_run          in real time or at set local times; what one that waits is told to wait for
    precedence                  people first: which part of what waits is taken up next
    compare_run                 how far a full compare is, and which way of reading is the cheapest from here

What is kept about it:

    event_sequence              numbers of Xero's events that never came
    usage                       calls made for it and its links, and how many are left
    audit                       who did what, in entries that are chained by hashes
"""
