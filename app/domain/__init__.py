"""The pure heart: values and decisions, no input or output, standard library only.

Read in this order, in `record`: `fields` (what a record is), `sides` (who may hold what), `merge` (the decision table),
`hub` (a link's three values), `observing` (what a side was seen to hold, merged into them), `owed` (what a side still
needs, and the revisions that travel); then in `invoices`: `plan`, `planning`, `money_due` and `legality` (what is due,
and what is allowed).

The rooms, those that others stand on first:

    record          a record and how it is kept true: fields, merge, hub
    holds           why work waits, and what Xero's refusals mean
    xero            what crosses the port to Xero: things as it holds them, its organisation's facts
    crossing        what may go to the other side at all, and under whose number
    findings        conflicts and differences, decided by people, undone, and told as a history
    invoices        an invoice's link, and what is due of it in Xero
    contacts        customers: their link, and by what one of Xero's is known to be the same
    item            products: their link, and what is due of them; in one module
    partner         its documents, the changes that it is sent, what it is known to hold
    exports         everything in scope, by stages, and the report of that
    connections     what a business chose, when it is worked for, what has gone stale
    trials          a test transaction, step by step
    why, checkup    what people are told of all that: of one thing, and of a whole connection
"""
