"""The audit log of a partner, for its admins: who did what, in order, and nothing that could be taken back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import ADMINS_ALONE, PartnerId
from app.api.dependencies import Given
from app.api.pages import AskedNumbers, Page, write_number
from app.api.problems import documented
from app.db.upkeep.audit import AuditEntry, list_entries
from app.domain.connections.audit import Act, ActorKind

router = APIRouter(prefix="/v1/audit", tags=["audit"], dependencies=[ADMINS_ALONE])


class AuditEntryShown(BaseModel):
    """One act."""

    model_config = ConfigDict(
        title="AuditEntry",
        json_schema_extra={
            "examples": [
                {
                    "id": 214,
                    "at": "2026-11-20T04:00:00Z",
                    "action": "connection_moved",
                    "actor": "api_key",
                    "key_id": "0b7f6d0e-6f0a-4a37-9d59-0c6a6f3f2a11",
                    "connection_id": "6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10",
                    "subject": None,
                    "facts": {"before": "active", "after": "paused"},
                    "hash": "9f1c0b6c2f6f6d6b3a1de2a6d9f0a7c44d7b0e1b5c8a9d2e3f4051627384950a",
                }
            ]
        },
    )

    id: int
    at: datetime
    action: str = Field(description="As `key_made` or `data_erased`. Take unknown ones and go on.")
    actor: ActorKind = Field(
        description="`api_key`: a call with `key_id`. `operator`: a command at a terminal. `person`: somebody with a "
        "browser, at Xero's consent. `plumbline`: the loop and the timers."
    )
    key_id: UUID | None
    connection_id: UUID | None
    subject: str | None = Field(description="The id of what it was done to, where that is no connection.")
    facts: dict[str, str]
    hash: str = Field(
        description="Covers this entry and the hash of the one before it, so that a later change would show."
    )


@router.get(
    "",
    operation_id="list_audit",
    summary="Who did what, oldest first or newest first",
    responses=documented("unauthorised", "invalid_request"),
)
async def list_audit(
    services: Given,
    partner_id: PartnerId,
    page: AskedNumbers,
    action: Annotated[Act | None, Query(description="Only these.")] = None,
    connection_id: Annotated[UUID | None, Query(description="Only of this connection.")] = None,
) -> Page[AuditEntryShown]:
    """Keys, connections, settings, addresses, secrets, decisions, and data that was taken out or erased. An entry is
    written in the transaction that it tells of, is never changed, and outlives what it is about. For keys of the role
    `admin` alone.
    """
    async with services.database.reading() as session:
        found = await list_entries(session, partner_id, page, action=action, connection_id=connection_id)
    following = write_number(found, page.limit, lambda entry: entry.id)
    return Page(data=[build_entry(entry) for entry in found], next=following)


def build_entry(entry: AuditEntry) -> AuditEntryShown:
    """An entry as it is shown."""
    note = entry.note
    return AuditEntryShown(
        id=entry.id,
        at=note.at,
        action=note.action,
        actor=note.actor.kind,
        key_id=note.actor.key_id,
        connection_id=note.connection_id,
        subject=note.subject,
        facts=dict(note.facts),
        hash=entry.hash.hex(),
    )
