"""How held work is shown: reasons with their counts and cures, and the things in their own words."""

from collections import defaultdict
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from app.api.pages import Page
from app.api.why.gathering import address_of
from app.db.links.held import HeldCount, HeldThing
from app.domain.connections.connection import Connection
from app.domain.holds.skip import SKIPPED
from app.domain.holds.thing import Thing
from app.domain.why.reasons import reason_of


class HeldReason(BaseModel):
    """A reason for which things are held: what it means in general, and the cure."""

    code: str
    count: int
    by_kind: dict[Thing, int]
    since: datetime = Field(description="When the longest held of them was held.")
    message: str
    cure: str
    call: str | None = Field(description="The call that takes the cure, where one does.")


class Held(BaseModel):
    """One thing that is held, in its own words."""

    kind: Thing
    id: str = Field(description="The partner's id.")
    code: str
    message: str
    cure: str | None
    since: datetime
    why: str | None = Field(description="The call that tells every gate of it.")


class HeldPage(Page[Held]):
    """Reasons of all that is held, and a page of the things themselves."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "total": 2,
                    "reasons": [
                        {
                            "code": "category_unmapped",
                            "count": 2,
                            "by_kind": {"invoice": 2},
                            "since": "2026-11-20T03:15:01Z",
                            "message": "A category has no account in the settings.",
                            "cure": "Map it under revenue_accounts.",
                            "call": "PATCH /v1/connections/6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10/settings",
                        }
                    ],
                    "data": [
                        {
                            "kind": "invoice",
                            "id": "inv_8801",
                            "code": "category_unmapped",
                            "message": "The category 'labour' is not mapped to Xero.",
                            "cure": "Map it in the settings under revenue_accounts.",
                            "since": "2026-11-20T03:15:01Z",
                            "why": "GET /v1/connections/6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10/invoices/inv_8801/why",
                        }
                    ],
                    "next": None,
                }
            ]
        }
    )

    total: int
    reasons: list[HeldReason] = Field(description="Of all that is held, whatever the page is narrowed to.")


def build_reasons(connection: Connection, counts: list[HeldCount]) -> list[HeldReason]:
    """One for each code, the most numerous first."""
    grouped: dict[str, list[HeldCount]] = defaultdict(list)
    for one in counts:
        grouped[one.code].append(one)
    reasons = [_build_reason(connection, code, found) for code, found in grouped.items()]
    return sorted(reasons, key=lambda reason: (-reason.count, reason.code))


def _build_reason(connection: Connection, code: str, found: list[HeldCount]) -> HeldReason:
    reason = reason_of(code)
    # A call that names one thing is told with the thing itself.
    call = reason.call if reason.call and "{thing}" not in reason.call else None
    return HeldReason(
        code=code,
        count=sum(one.count for one in found),
        by_kind={one.thing: one.count for one in found},
        since=min(one.since_at for one in found),
        message=reason.sentence,
        cure=reason.cure,
        call=call.format(connection=address_of(connection)) if call else None,
    )


def build_held(connection: Connection, found: HeldThing) -> Held:
    """One thing that is held."""
    reason, has_why = reason_of(found.code), found.thing is not Thing.ITEM
    is_skipped = found.code == SKIPPED
    return Held(
        kind=found.thing,
        id=found.partner_id,
        code=found.code,
        message=reason.sentence if is_skipped else found.message or reason.sentence,
        cure=reason.cure if is_skipped else found.cure or reason.cure,
        since=found.since_at,
        why=f"GET {address_of(connection)}/{found.thing}s/{found.partner_id}/why" if has_why else None,
    )
