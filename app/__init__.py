"""Plumbline: one invoice, kept true in two places.

The folders read as the story of one change:

    api, intake     it comes in: a partner's call or webhook, or Xero's webhook; stored and committed, then answered
    reconcile       the loop: takes a connection's lease, observes both sides, plans, applies, records
      domain        asked what to do: merge, gate, plan, legality; pure, knows nothing of the rest
      xero          asked to do it: the Xero adapter, the only place that knows Xero's SDK
      db            remembers: tables, sessions, queries
    delivery        tells the partner: the feed's changes as signed webhooks, until they are applied or refused
    reading         asks the partner what it holds, where it lets us; what was lost on the way comes in by it
      shops         asked in its place where a connection has a shop: orders, by platform, and the documents they make
    worker          wakes: arq jobs and timers that carry no state
    wiring          joins them: the only place that names concrete adapters
    commands        what operators type: the acts of the API at a terminal, with tables for people

Beside them stands what a process needs, whatever it is for:

    __main__, main          the command line, and the API that uvicorn is handed
    settings, development   every variable of the environment, and what a laptop may leave out of them
    embedded                a PostgreSQL and a Valkey of our own, out of wheels, for development and tests
    errors, clock           what can go wrong, drawn as one tree; the time, by which every process goes
    vault, keys, tls        secrets at rest, keys and secrets drawn at random, and which certificates are trusted
    schema, revisions       brings the database to the newest migration; reads the migrations' order from their files
    waker, batcher          puts nudges into arq's queue; lets callers of one moment share a transaction
    room, ending            bounds the long work of one process, and tells such work that the process is to end
    spending, collector     for which links Xero is called; keeps the garbage collector off what is there to stay
    telemetry, metrics, tracing     logs, Prometheus's counts, OpenTelemetry's spans

Imports go downward only: `__main__` uses `commands`; `commands`, `main` and `worker` use `wiring`; it uses `api`,
`reading`, `intake` and `delivery`; these use `reconcile`; it uses `db` and, through ports, `xero`; `shops` stands
beside these two and knows neither. Everything may use `domain`, which imports the standard library alone. `sandbox`
stands in for both sides and imports nothing of the rest; `demo` drives everything over HTTP. No two folders or modules
beside each other import one another. The contracts in pyproject.toml hold all of this; a folder's own `__init__` says
what is in it, and where to begin.

Three kinds of reference stand in the docstrings. `FACTS 4.3` is a section of the facts collected of Xero: what we rely
on of it stands in `tests/facts` under that number, with its source and its tests. `DESIGN section 2` is a section of
the house plan, and `FEATURES T1` a row of what the product must do; both are kept beside the repository.
"""
