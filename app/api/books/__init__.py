"""What is kept true in two places, as resources: invoices, contacts and items, their links, and the manifest."""
