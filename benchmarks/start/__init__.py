"""Start: how long until a process is ready."""
