"""What the answer of a partner's app means: applied, refused with its document, or to be tried again.

Pure. A 2xx says that the change stands in the app; a 409 with the whole document says that somebody edited
it there first; everything else, and no answer at all, is a failure with a reason in words.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LONGEST_BEGINNING = 2048
"""Bytes of an answer's body that are kept."""

_LONGEST_QUOTE = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """A status with what was read of the body."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer came, or no call was made; why, in words."""

    reason: str


@dataclass(frozen=True, slots=True)
class Applied:
    """The app took the change: its version now, and the one which that replaced, where it says so."""

    version: int | None
    replaced_version: int | None


@dataclass(frozen=True, slots=True)
class Refused:
    """The app holds something else than the change expects: this document, not checked yet."""

    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Failed:
    """To be tried again; the reason in words."""

    reason: str


Outcome = Applied | Refused | Failed


def read_outcome(answer: Answer | Silence, partner_id: str, kind: str) -> Outcome:
    """What came of sending a change of the invoice or contact with that id."""
    if isinstance(answer, Silence):
        return Failed(answer.reason)
    if 200 <= answer.status < 300:
        said = _parse_object(answer.body)
        return Applied(_integer(said.get("version")), _integer(said.get("replaced_version")))
    if answer.status == 409:
        return _read_refusal(answer, partner_id, kind)
    return Failed(f"answered {answer.status}{_quote(answer.body)}")


def read_acceptance(answer: Answer | Silence) -> Failed | None:
    """Why a notice or a copy was not taken; None when it was. What a 2xx says beside that does not matter."""
    if isinstance(answer, Silence):
        return Failed(answer.reason)
    return None if 200 <= answer.status < 300 else Failed(f"answered {answer.status}{_quote(answer.body)}")


def _read_refusal(answer: Answer, partner_id: str, kind: str) -> Refused | Failed:
    document = _parse_object(answer.body).get("document")
    if not isinstance(document, dict):
        return Failed(f"refused without its document{_quote(answer.body)}")
    if document.get("id") != partner_id:
        return Failed(f"refused with the document of another {kind}")
    return Refused(document)


def _parse_object(body: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _integer(value: Any) -> int | None:
    return value if type(value) is int and 0 < value < 2**63 else None


def read_text(body: bytes) -> str:
    """The beginning of a body as text that PostgreSQL keeps."""
    return body[:LONGEST_BEGINNING].decode("utf-8", "replace").replace("\x00", "\ufffd")


def _quote(body: bytes) -> str:
    """The beginning of a body for a person to read; PostgreSQL keeps no NUL in a text."""
    text = body[: 4 * _LONGEST_QUOTE].decode("utf-8", "replace")
    quoted = "".join(c if c.isprintable() else " " for c in text).strip()[:_LONGEST_QUOTE]
    return f": {quoted}" if quoted else ""
