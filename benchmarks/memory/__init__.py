"""What a worker keeps in memory."""
