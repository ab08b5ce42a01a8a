"""The manifest: the partner tells which invoices and contacts it has, by version; we answer which ones we lack.

It is how a document is found whose call and whose webhook were both lost (DESIGN section 2).
"""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import MEMBERS_WRITE, OwnConnection
from app.api.dependencies import Given
from app.api.problems import documented
from app.db.contact_resources import list_held_contact_versions
from app.db.resources import list_held_versions, list_ids_unknown_to_partner
from app.intake.values import Identity, Version

router = APIRouter(
    prefix="/v1/connections/{connection_id}/manifest", tags=["manifest"], dependencies=[MEMBERS_WRITE]
)

LONGEST_MANIFEST = 10_000
MOST_UNKNOWN = 1_000


class Entry(BaseModel):
    """An invoice or a contact that the app has."""

    model_config = ConfigDict(extra="forbid")

    id: Identity
    version: Version


class Manifest(BaseModel):
    """What the app has. More than fits one call goes in several; `unknown_to_you` then means: not in this one."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"invoices": [{"id": "inv_8801", "version": 7}]}]}
    )

    invoices: list[Entry] = Field(max_length=LONGEST_MANIFEST)
    contacts: list[Entry] = Field(
        default=[],
        max_length=LONGEST_MANIFEST,
        description="For apps that send contacts of their own.",
    )


class Wanted(BaseModel):
    """An invoice or a contact to send: `missing` altogether, or held in an older version."""

    id: str
    held_version: int | None
    reason: Literal["missing", "stale"]


class Comparison(BaseModel):
    """What the app should send now, and what we hold that it did not name (at most 1,000 of them)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "send": [{"id": "inv_8801", "held_version": 6, "reason": "stale"}],
                    "send_contacts": [{"id": "cus_17", "held_version": None, "reason": "missing"}],
                    "unknown_to_you": ["inv_9"],
                }
            ]
        }
    )

    send: list[Wanted]
    send_contacts: list[Wanted]
    unknown_to_you: list[str]


@router.post(
    "",
    operation_id="compare_manifest",
    summary="Find documents that were lost on the way",
    responses=documented("malformed_body", "unauthorised", "not_found", "too_large", "invalid_request"),
)
async def compare_manifest(services: Given, connection: OwnConnection, manifest: Manifest) -> Comparison:
    """Changes nothing. PUT each of `send` and of `send_contacts`."""
    ids = [entry.id for entry in manifest.invoices]
    async with services.database.reading() as session:
        held = await list_held_versions(session, connection.id, ids)
        unknown = await list_ids_unknown_to_partner(session, connection.id, ids, MOST_UNKNOWN)
        contacts = await list_held_contact_versions(
            session, connection.id, [entry.id for entry in manifest.contacts]
        )
    return Comparison(
        send=_list_wanted(manifest.invoices, held),
        send_contacts=_list_wanted(manifest.contacts, contacts),
        unknown_to_you=unknown,
    )


def _list_wanted(entries: list[Entry], held: dict[str, int]) -> list[Wanted]:
    """What is held in an older version, or not at all."""
    return [
        Wanted(
            id=entry.id,
            held_version=held.get(entry.id) or None,
            reason="stale" if held.get(entry.id) else "missing",
        )
        for entry in entries
        if held.get(entry.id, 0) < entry.version
    ]
