"""The loop: observe, plan, apply, record; one connection at a time, its links in batches.

Start with `reconciler`, which is the loop itself and reads as its table of contents. `ports` says what the loop needs
of the world; it knows no adapter. `contacts`, `items` and `credits` are stages of a round with rooms of their own;
`exports`, `trials` and `timers` work beside it.
"""
