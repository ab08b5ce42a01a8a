"""A test transaction: its steps, its invoice, and what it leaves."""
