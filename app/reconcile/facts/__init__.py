"""The organisation's facts: `refresh` reads them when they are old, `behind` when Xero's answers show newer ones."""
