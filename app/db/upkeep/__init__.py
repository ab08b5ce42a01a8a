"""What operators need of the database: the audit log, gauges, usage, ages, keys, and copies that were restored."""
