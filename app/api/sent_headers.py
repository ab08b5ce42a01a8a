"""One header of a request, without an object for all of them: for what is asked of every request."""

from starlette.types import Scope


def find_header(scope: Scope, name: bytes) -> bytes | None:
    """The first that was sent by that name, which is in lower case; None where none was."""
    for sent, value in scope["headers"]:
        if sent == name:
            found: bytes = value
            return found
    return None
