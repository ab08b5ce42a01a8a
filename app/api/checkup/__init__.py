"""A connection's health: from what is known by a check-up, and freshly asked of Xero by a pre-flight."""
