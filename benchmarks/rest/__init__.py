"""At rest: what a change costs where a hundred times as much is at rest, and what the timers cost when nothing is due.

    fill     settled links and connections by the million, copied from a real one inside the database
    timers   the jobs of a worker's timers, one by one
    untimed  a worker whose timers never run
    rows     what the database reads, for changes and for timers apart
    group    the rounds, over a small and a large database in turn

The links at rest are copies of one that was really synced, with ids, numbers and times of their own. Their events,
attempts and changes are not there: those tables are read by keys of what is worked on.
"""
