"""The way to PostgreSQL: its driver, sessions that say whether they write, and statements that are built once."""
