"""Products: Xero's list of items, those that lines name, and the partner's as they are kept in Xero."""
