"""Words of the other side, as they are kept for people to read."""


def make_storable(words: str, longest: int) -> str:
    """The words in characters that PostgreSQL can keep: JSON can hold a NUL, and half a surrogate pair."""
    return words.encode(errors="replace").decode().replace("\x00", "?")[:longest]
