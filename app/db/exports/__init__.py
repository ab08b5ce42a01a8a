"""Exports: their runs, what is in their scope, and what came of each thing."""
