"""What came in and is kept as it came: the events of both sides, and Xero's webhooks with their numbers.

`at_once` stores a document and the webhook that brought it, with all that follows, by one statement.
"""
