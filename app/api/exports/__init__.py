"""Exports on demand: ordered, watched, and reported on."""
