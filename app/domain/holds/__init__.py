"""Why work on a link waits, what Xero's refusals mean, and what a person set aside."""
