"""How a product is shown: where it stands, what Xero holds of it, and where the two differ."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.books.standing import Reason, find_connection_reason
from app.db.items.item_lists import KeptItem
from app.domain.connections.connection import Connection
from app.domain.connections.settings import ItemSync
from app.domain.invoices.link import Standing, State
from app.domain.item import NAMES, ItemLink, differing_fields
from app.domain.record.fields import Fields
from app.domain.xero.organisation import ITEMS_DEEP_LINK
from app.intake.item_document import EXAMPLE

_OFF = Reason(
    code="items_off",
    message="It is kept here and not sent: items are off in the settings.",
    cure="Set items to on.",
)


_VALUES_EXAMPLE: dict[str, Any] = {
    "code": "HWS-250",
    "name": "Hot water system, 250 L",
    "description": "Supply 250 L unit, electric",
    "unit_price": "1890",
    "account": "220",
    "tax_type": "OUTPUT",
}


class ItemValues(BaseModel):
    """A product in Xero's words; account and tax type are those of its sale."""

    code: str
    name: str | None
    description: str | None
    unit_price: str | None
    account: str | None
    tax_type: str | None


class XeroItemSide(ItemValues):
    """What Xero was last seen to hold of it."""

    xero_item_id: str
    deep_link: str | None = Field(
        description="Opens the organisation's list of products in Xero, where its code finds it: Xero tells no address "
        "of a single one. Null while the organisation's short code is not known."
    )


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
                    "created_at": "2026-11-20T03:14:58Z",
                    "updated_at": "2026-11-20T03:15:01Z",
                    "version": 3,
                    "currency": "AUD",
                    "record": _VALUES_EXAMPLE,
                    "partner": _VALUES_EXAMPLE,
                    "document": EXAMPLE,
                    "xero": {
                        "xero_item_id": "19b79d12-0ae1-496e-9649-cbd04b15c7c5",
                        **_VALUES_EXAMPLE,
                        "deep_link": ITEMS_DEEP_LINK.format("!Ab1c2"),
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
    created_at: datetime = Field(description="When it became known here.")
    updated_at: datetime = Field(description="When anything of it was last written here.")
    version: int
    currency: str | None = Field(description="In which prices of products are: the organisation's own.")
    record: ItemValues | None = Field(
        description="What Xero should hold; null until the first document was looked at, with `items` on."
    )
    partner: ItemValues | None = Field(
        description="What you said newest, with account and tax type by the settings; null until it was looked at."
    )
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
        created_at=kept.created_at,
        updated_at=kept.updated_at,
        version=kept.version,
        currency=connection.organisation.base_currency if connection.organisation else None,
        record=_show_values(link.record),
        partner=_show_values(link.partner_shadow),
        document=dict(link.document),
        xero=_build_xero_side(link, connection),
        differing=[
            Difference(field=name, partner=ours, xero=theirs)
            for name, (ours, theirs) in differing_fields(link).items()
        ],
    )


def _show_values(fields: Fields) -> ItemValues | None:
    return ItemValues(**{name: fields.get(name) for name in NAMES}) if fields else None


def _build_xero_side(link: ItemLink, connection: Connection) -> XeroItemSide | None:
    if link.xero_item_id is None or not link.xero_shadow:
        return None
    organisation = connection.organisation
    return XeroItemSide(
        xero_item_id=link.xero_item_id,
        deep_link=organisation.address_of_items if organisation else None,
        **link.xero_shadow,
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
