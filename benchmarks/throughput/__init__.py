"""Throughput: changes that workers reconcile in a second, what a change costs of CPU and of the database.

    proxy    counts a worker's round trips to PostgreSQL, by reading what passes
    staged   a worker that tells what each stage of its work takes of the processor
    group    the rounds

Xero answers at once and allows any number of calls. Edits of the app are put while the connections are paused, and
let go together; the time runs until nothing is behind. All processes share the machine with both sandboxes, so a rate
is a lower bound, and CPU time per change the figure that carries over to another machine.
"""
