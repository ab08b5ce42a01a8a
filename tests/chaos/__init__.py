"""Convergence under everything: random histories, every crash point, outages and many processes, counted.

`python -m tests.chaos --seed 1 --runs 60` runs all of it and ends with one line of JSON; small parts of it run with
every test run.

    stories     random histories end to end: both sandboxes over HTTP, the real database, faults of every kind
    crashes     each step of the work, the process killed there by SIGKILL, another going on
    outages     Xero, the app or the clock gone or wrong for a while, in simulated time
    torment     PostgreSQL, Redis, workers and APIs killed under load, a full disk; every 2xx is honoured
    crowds      several processes over many connections: nothing twice, nothing starved, nothing deadlocked
    simulations the whole loop in one process: every gate, call, clock and fault in a seed's hands, replayed exactly
    machines    state machines over the hub, which shrink what fails
"""
