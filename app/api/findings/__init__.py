"""What somebody should look at: conflicts, and differences that no merge explains."""
