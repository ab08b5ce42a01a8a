"""A connection: what its business chose, when it works, what comes next, and what has gone stale."""
