"""The kinds of shop, a room each: how it is called (`shop`), and how its orders are read."""
