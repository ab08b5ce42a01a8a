"""The worker: takes nudges from Redis and runs what they ask for. It only wakes; nothing is decided or kept here.

    jobs          what a nudge runs, and the cron table
    metrics_port  what Prometheus asks of a worker
    process       one worker's life: start, a Redis that goes and comes back, a calm end

Start as many as you like: leases and claims in the database keep them out of each other's way.
"""

from app.worker.process import is_alive, run

__all__ = ["is_alive", "run"]
