"""Installing: how long production's packages take, and how large they are."""
