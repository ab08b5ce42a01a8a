"""Start and size: how long until a process is ready, how much memory a worker keeps, how long installing takes."""
