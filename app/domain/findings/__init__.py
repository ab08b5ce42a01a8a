"""What people read and decide: discrepancies, decisions, how they are taken back, and the history of a thing."""
