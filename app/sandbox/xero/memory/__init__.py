"""What the sandbox remembers beside the books: tokens, limits, repeated calls, faults to order, the call log."""
