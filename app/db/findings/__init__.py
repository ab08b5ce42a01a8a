"""What is left for people to read and to decide: attempts, conflicts, discrepancies, resolutions, histories."""
