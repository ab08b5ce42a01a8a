"""A contact, its link, by what it is matched with one of Xero's, and what Xero takes of it."""
