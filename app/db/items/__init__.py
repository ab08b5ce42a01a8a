"""Products: their links, their lists, and Xero's own items as they were last read."""
