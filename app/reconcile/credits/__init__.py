"""Credits in Xero: what moved of them, and how they are made, set against invoices, finished and taken back."""
