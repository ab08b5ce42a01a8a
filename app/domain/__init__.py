"""The pure heart: values and decisions, no input or output, standard library only.

Read in this order, in `record`: `fields` (what a record is), `sides` (who may hold what), `merge` (the decision table),
`hub` (a link's three values), `observing` (what a side was seen to hold, merged into them), `owed` (what a side still
needs, and the revisions that travel); then in `invoices`: `plan`, `planning`, `money_due` and `legality` (what is due,
and what is allowed).

The rooms, those that others stand on first: `record`, `holds`, `xero`, `crossing`, `findings`, `invoices`, `contacts`,
`partner`, `exports`, `connections`, `trials`; what is told to people of all that is in `why` and `checkup`.
"""
