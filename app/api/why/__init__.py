"""Why something is not in step, and what would be done about it: gates, plans, and the facts that both stand on."""
