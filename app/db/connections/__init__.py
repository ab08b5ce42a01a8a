"""Connections as they are worked on: state and settings, the lease, sets of facts, sweeps and compares."""
