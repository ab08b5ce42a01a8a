"""What came in and is kept as it came: the events of both sides, and Xero's webhooks with their numbers."""
