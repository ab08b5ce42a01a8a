"""A connection's life: consent and tokens, its moves from state to state, what waits on it, and how it ends."""
