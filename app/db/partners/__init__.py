"""Partners, and what is kept with them: keys, secrets, endpoints, Xero apps, and answers to repeated calls."""
