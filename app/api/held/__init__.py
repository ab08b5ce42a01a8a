"""What waits for a person, and what a person can do about it: look again, set aside, take up again."""
