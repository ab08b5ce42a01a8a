"""An export: its scope and stages, what it costs, what came of each thing, and its report."""
