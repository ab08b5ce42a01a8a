"""What the loop does by the clock, whatever was heard or not: the sweep, the watch, and the ends of things."""
