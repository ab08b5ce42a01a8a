"""Proofs that take minutes, each with a command of its own; none is part of the tests."""
