"""What a business chooses: read, checked against its organisation, and changed."""
