"""A person's edit in a history, and the values that a history accounts for."""

from dataclasses import dataclass


def list_values(value: object) -> set[object]:
    """A field's value, or the values of a line's members, as text."""
    return set(map(str, value.values())) if isinstance(value, dict) else {str(value)}


@dataclass
class Edit:
    """A person's edit: what stood there when it was made, and what was put there (None: a line was removed)."""

    path: str
    over: object
    value: object
