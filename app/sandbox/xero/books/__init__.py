"""An organisation's books: invoices, contacts, items, payments, credits, and the arithmetic over them."""
