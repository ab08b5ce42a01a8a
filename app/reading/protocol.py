"""What we ask of a partner's read endpoint, and what must come back.

Two calls for each kind of thing: a list, and one by id. A list names what changed since the app's own clock said so
(`as_of` of the list before), oldest change first, or everything. An entry has the whole document, or its id and version
alone: then the document is asked for by id where the version is newer than ours.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.domain.holds.thing import Thing
from app.intake.values import Identity, Instant, Version

PATHS: Mapping[str, str] = {Thing.INVOICE: "invoices", Thing.CONTACT: "contacts"}
"""Below the address that was registered."""

PAGE_SIZE = 100
LONGEST_PAGE = 1_000


class ReadEntry(BaseModel):
    """An invoice or a contact that the app holds."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    id: Identity
    version: Version
    document: dict[str, Any] | None = Field(
        default=None, description="The whole document, as you would PUT it; left out, it is asked for by id."
    )


class ReadPage(BaseModel):
    """A page of the list. Order by the time of change, the oldest first, so that nothing moves out of what is left."""

    model_config = ConfigDict(
        extra="ignore",
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [
                {
                    "data": [{"id": "inv_8801", "version": 7}],
                    "next": None,
                    "as_of": "2026-11-20T04:00:00Z",
                }
            ]
        },
    )

    data: Annotated[list[ReadEntry], Field(max_length=LONGEST_PAGE)]
    next: Annotated[str, Field(max_length=1_000)] | None = Field(
        default=None,
        description="Handed back as `cursor` for the page after; null or left out when this was all.",
    )
    as_of: Instant = Field(
        description="Your own clock when the list was begun. It is handed back as `changed_since` next time."
    )


class ReadOne(BaseModel):
    """The answer to a call by id."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    document: dict[str, Any] = Field(description="The whole document, as you would PUT it.")
