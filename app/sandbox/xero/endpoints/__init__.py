"""The addresses of the accounting API, kind by kind, and the JSON that they show."""
