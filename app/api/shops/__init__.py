"""The shop of a connection: set, shown and taken away, and the orders of which no invoice could be made."""
