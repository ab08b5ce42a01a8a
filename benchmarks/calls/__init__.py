"""Calls: what a script of changes costs of Xero's calls and bytes, beside a client that makes one call per thing.

    naive     that client, which really makes its calls, against the same sandbox
    singles   changes one at a time: creates, edits, payments, voids, on both sides
    bulks     an export, a storm, an echo, a burst
    script    a thousand changes of every kind at once, a fifth of them in bursts
    group     the figures

Counts come from the sandbox's own log of calls, and are the same on every machine.
"""
