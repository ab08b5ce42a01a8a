"""The worker: takes nudges from Redis and runs what they ask for. It only wakes; nothing is decided or kept here.

    jobs          what a nudge runs, and the cron table
    life_sign     that a worker lives, and the look for that
    metrics_port  what Prometheus asks of a worker
    process       one worker's life: start, a Redis that goes and comes back, a calm end

Start as many as you like: leases and claims in the database keep them out of each other's way.
"""
