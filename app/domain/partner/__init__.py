"""The partner's side: its documents, the changes that it is sent, and what it is known to hold."""
