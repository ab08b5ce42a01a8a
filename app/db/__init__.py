"""What is remembered: tables, sessions and queries. Domain values come out; no decision is taken here.

A room for each thing that is remembered, those that others stand on first:

    tables          what every table holds, column by column
    postgres        the way to the database: driver, sessions, statements
    upkeep          what operators need: audit log, gauges, ages, keys
    connections     connections as they are worked on, and their lease
    partners        partners with their keys, secrets and endpoints
    links           what is the same of links of every kind
    inboxes         the events of both sides, as they came
    delivery        what goes out to partners
    findings        what is left for people to read and decide
    items           products
    contacts        customers
    invoices        invoices
    exports         exports
    life            a connection's life, from consent to erasure

No two of them import each other; a contract in pyproject.toml holds that, as it does everywhere in `app`.
"""
