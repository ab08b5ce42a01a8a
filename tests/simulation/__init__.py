"""The whole loop under a seeded scheduler: one process, one task at a time, and the seed says which.

    scheduler, loop     gates at which everything waits; a loop whose time stands until it is moved
    seeded              chance and time of the process: ids, secrets, drawn delays, every clock
    server_time, store  the real PostgreSQL: each transaction one step, its `now()` the house's clock
    wire, nudges        network and queue in memory, to be cut, lost, late or out of order
    processes, house    an API and workers as `wiring` builds them, both sandboxes, and who lives there
    joined, copies      the joined house that every history begins with; an older copy of the database, put back in one
    drawing, history    what happens, drawn from a seed or read from a script, and how it is lived
    office, ends        what people do: with the connection, to end an invoice or bring it back,
    deciding, relinking about disputed ends and the ways things travel, to links,
    customers, products to contacts, with products and what lines are tracked under; both have judges of their own
    shrinking, run      the shortest history that still fails; histories as a part of `tests.chaos`

Judged by what holds for every story (`tests.chaos.judging`). PostgreSQL, the Xero adapter over
Xero's SDK and the API with all its middleware are the real ones. Redis is not there, and neither are threads: calls to
Xero are made at once.
"""
