"""The kinds of shop, a module each."""
