"""The full compare: a hundred thousand invoices on both sides, what it costs of calls and of a worker's memory.

both_sides   a hundred thousand pairs, copied from one that was really synced
group        the compare, cut off on the way and gone on with by another worker
"""
