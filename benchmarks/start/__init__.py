"""Start: how long until a process is ready, and how much memory a worker keeps."""
