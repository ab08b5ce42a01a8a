"""How a product is shown: where it stands, what Xero holds of it, and where the two differ."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.books.standing import Reason, find_connection_reason
from app.db.items import KeptItem
from app.domain.connection import Connection
from app.domain.item import differing_fields
from app.domain.link import Standing, State
from app.domain.settings import ItemSync
from app.intake.item_document import EXAMPLE

_OFF = Reason(
    code="items_off",
    message="It is kept here and not sent: items are off in the settings.",
    cure="Set items to on.",
)


class XeroItemSide(BaseModel):
    """What Xero was last seen to hold of it; account and tax type are those of its sale."""

    xero_item_id: str
    code: str
    name: str | None
    description: str | None
    unit_price: str | None
    account: str | None
    tax_type: str | None


class Difference(BaseModel):
    """A field that stood in Xero before, or that somebody changed there: it stays until you change it in the app."""

    field: str
    partner: str | None
    xero: str | None


class Item(BaseModel):
    """A product of yours and its item in Xero."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "prd_250",
                    "connection_id": "6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10",
                    "state": "settled",
                    "reason": None,
                    "since": "2026-11-20T03:15:01Z",
                    "version": 3,
                    "currency": "AUD",
                    "document": EXAMPLE,
                    "xero": {
                        "xero_item_id": "19b79d12-0ae1-496e-9649-cbd04b15c7c5",
                        "code": "HWS-250",
                        "name": "Hot water system, 250 L",
                        "description": "Supply 250 L unit, electric",
                        "unit_price": "1890",
                        "account": "220",
                        "tax_type": "OUTPUT",
                    },
                    "differing": [],
                }
            ]
        }
    )

    id: str
    connection_id: UUID
    state: State
    reason: Reason | None
    since: datetime
    version: int
    currency: str | None = Field(description="In which prices of products are: the organisation's own.")
    document: dict[str, Any] = Field(description="The newest one that you sent, as it came.")
    xero: XeroItemSide | None = Field(description="Null until it is there.")
    differing: list[Difference] = Field(description="In Xero's words: account codes and tax types.")


def build_item(kept: KeptItem, connection: Connection) -> Item:
    """The resource of one product."""
    link = kept.link
    state, reason = stand_item(kept, connection)
    return Item(
        id=link.partner_item_id,
        connection_id=connection.id,
        state=state,
        reason=reason,
        since=max(kept.since_at, kept.touched_at) if kept.is_behind else kept.since_at,
        version=kept.version,
        currency=connection.organisation.base_currency if connection.organisation else None,
        document=dict(link.document),
        xero=XeroItemSide(xero_item_id=link.xero_item_id, **link.xero_shadow)
        if link.xero_item_id and link.xero_shadow
        else None,
        differing=[
            Difference(field=name, partner=ours, xero=theirs)
            for name, (ours, theirs) in differing_fields(link).items()
        ],
    )


def stand_item(kept: KeptItem, connection: Connection) -> tuple[State, Reason | None]:
    """Where a product stands, and why."""
    if connection.settings.items is ItemSync.OFF:
        return State.SETTLED, _OFF
    if kept.is_behind and kept.skip is None:
        return State.BEHIND, find_connection_reason(connection)
    standing = Standing.held(kept.skip.hold) if kept.skip else kept.link.standing
    if standing.code is None:
        return standing.state, None
    return standing.state, Reason(
        code=standing.code, message=standing.message or standing.code, cure=standing.cure
    )
