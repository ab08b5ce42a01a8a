"""Strong ETags of what is shown, and the conditions that a caller makes with them (RFC 9110, section 13).

An ETag is of the whole representation: whatever a caller could have seen differently makes another one. Conditions of a
write are judged inside its transaction, with the connection's row locked, so that nothing moves in between. A write
that finds its own result in place needs no condition: it was sent twice, and is harmless twice.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Response
from pydantic import BaseModel

from app.intake.refusals import Fault, InputRefused

_ANY = "*"
_ETAG = r'(W/)?"[^"]*"'
_WELL_FORMED = re.compile(rf"\*|{_ETAG}(\s*,\s*{_ETAG})*")
_NO_ETAG = "must be an ETag as the answer gave it, in its quotes, or *"

CONDITIONS = ("if-match", "if-none-match")
"""The headers that a condition may come in."""

READ_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {"ETag": {"description": "Of all that is shown here.", "schema": {"type": "string"}}},
    },
    304: {"description": "It is as it was when it had the ETag of `If-None-Match`."},
}
"""What an operation that reads by ETag documents."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """The headers as they came; None where they did not."""

    if_match: str | None
    if_none_match: str | None


async def get_read_conditions(
    if_none_match: Annotated[
        str | None, Header(description="An ETag from before: where it is still the one, the answer is 304.")
    ] = None,
) -> Conditions:
    """The conditions of a read."""
    return Conditions(None, if_none_match)


IfMatch = Annotated[
    str | None, Header(description="Only where what is held has this ETag; else 412, and nothing is stored.")
]


async def get_write_conditions(
    if_match: IfMatch = None,
    if_none_match: Annotated[
        str | None, Header(description="`*`: only where nothing is held under this id; else 412.")
    ] = None,
) -> Conditions:
    """The conditions of a write."""
    return Conditions(if_match, if_none_match)


ReadConditions = Annotated[Conditions, Depends(get_read_conditions)]
WriteConditions = Annotated[Conditions, Depends(get_write_conditions)]


def build_etag(shown: BaseModel | bytes) -> str:
    """The ETag of a resource, or of one as it is sent."""
    whole = shown if isinstance(shown, bytes) else to_json(shown)
    return f'"{hashlib.sha256(whole).hexdigest()[:32]}"'


def to_json(shown: BaseModel) -> bytes:
    """A resource as it is sent; the same for all that is shown alike, since the database keeps its members in order."""
    return shown.model_dump_json(by_alias=True).encode()


def answer_read(shown: BaseModel, conditions: Conditions, response: Response) -> BaseModel | Response:
    """The resource with its ETag, or 304 where the caller has it already."""
    etag = build_etag(shown)
    if conditions.if_none_match is not None and _names_weakly(conditions.if_none_match, etag):
        return Response(status_code=304, headers={"ETag": etag})
    response.headers["ETag"] = etag
    return shown


def check_conditions(conditions: Conditions, held: BaseModel | None) -> None:
    """Judge the conditions of a write by what is held now; raises `resource_changed` or `exists_already`, and
    `invalid_request` for what is no ETag.
    """
    for header, said in (("If-Match", conditions.if_match), ("If-None-Match", conditions.if_none_match)):
        if said is not None and not _WELL_FORMED.fullmatch(said.strip()):
            raise InputRefused("invalid_request", "The condition cannot be read.", [Fault(header, _NO_ETAG)])
    if conditions.if_match is not None and (
        held is None or not _names(conditions.if_match, build_etag(held))
    ):
        fault = Fault(
            "If-Match", "Nothing is held." if held is None else "The resource has another ETag now."
        )
        raise InputRefused("resource_changed", "Read it again; nothing was stored.", [fault])
    if (
        conditions.if_none_match is not None
        and held is not None
        and _names_weakly(conditions.if_none_match, build_etag(held))
    ):
        fault = Fault("If-None-Match", "Something is held under this id.")
        raise InputRefused("exists_already", "It was to be made and is there; nothing was stored.", [fault])


def _names_weakly(header: str, etag: str) -> bool:
    """The same where a proxy that packs our answers may have made the ETag a weak one, as for `If-None-Match`."""
    return _names(header, etag) or _names(header, f"W/{etag}")


def _names(header: str, etag: str) -> bool:
    """Whether a header names that very ETag, as for `If-Match`."""
    named = [each.strip() for each in header.split(",")]
    return _ANY in named or etag in named
