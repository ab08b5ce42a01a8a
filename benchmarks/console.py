"""What is told to people, on stderr."""

from rich.console import Console

WIDTH_OF_A_FILE = 200

console = Console(stderr=True)
if not console.is_terminal:
    # Wide enough for what is beside a figure, in a file or a log.
    console = Console(stderr=True, width=WIDTH_OF_A_FILE)
