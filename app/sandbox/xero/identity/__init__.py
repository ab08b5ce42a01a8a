"""The identity server: consent, tokens, connections."""
