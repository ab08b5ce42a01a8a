"""An invoice's link, and what is due of it: the plan, its legality and fitness, credits, adoption and recognition."""
