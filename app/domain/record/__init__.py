"""A record and how it is kept true: its fields, who may hold and edit what, the merge, and what a side is owed."""
