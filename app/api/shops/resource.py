"""How a shop is set and shown. Its secrets are never shown: of credentials their names alone."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StrictBool, WithJsonSchema

from app.db.partners.shops import Shop
from app.domain.connections.schedule import is_zone
from app.domain.connections.settings import ConnectionSettings
from app.domain.record.direction import Direction, Entity
from app.domain.record.sides import Side
from app.intake.values import Day, Line, Name, WebAddress, Word, refused
from app.shops.order import Customers
from app.shops.registry import PLATFORMS, name_credentials

MOST_CREDENTIALS = 20
EARLIEST = date(2000, 1, 1)
"""No shop has orders from before, and reckoning with days of another millennium ends outside the calendar."""

TOLD_A_SHOP = (Entity.INVOICES, Entity.CONTACTS, Entity.PAYMENTS, Entity.CREDITS)
"""What a partner's app would be told of, and a shop cannot take; products go one way in any case."""

LOOKED_EVERY = "every 15 minutes"


def _check_platform(name: str) -> str:
    if name not in PLATFORMS:
        raise refused(f"must be one of {', '.join(sorted(PLATFORMS))}")
    return name


def _check_plain(secret: SecretStr) -> SecretStr:
    said = secret.get_secret_value()
    if not (said.isascii() and said.isprintable()):
        raise refused("must be plain characters")
    if said != said.strip():
        # As it comes along when one is copied; no header can carry it.
        raise refused("must have no space at either end")
    return secret


def _check_place(address: str) -> str:
    if "?" in address:
        raise refused("must be where the shop answers, without a question mark and what follows it")
    return address


def _check_first_day(day: str) -> str:
    if day < EARLIEST.isoformat():
        raise refused(f"must not be before {EARLIEST}")
    return day


def _check_zone(name: str) -> str:
    if not is_zone(name):
        raise refused("must be a zone of the IANA database, as Australia/Perth")
    return name


PlatformName = Annotated[
    str, AfterValidator(_check_platform), WithJsonSchema({"type": "string", "enum": sorted(PLATFORMS)})
]
Credential = Annotated[SecretStr, Field(min_length=1, max_length=4_000), AfterValidator(_check_plain)]
ZoneName = Annotated[Line, AfterValidator(_check_zone)]

_EXAMPLE: dict[str, Any] = {
    "platform": "woocommerce",
    "address": "https://shop.example",
    "credentials": {"consumer_key": "ck_made_in_the_shop", "consumer_secret": "cs_made_in_the_shop"},
    "orders_from": "2026-11-01",
}


class NewShop(BaseModel):
    """The shop whose orders become this connection's invoices; whole, but for secrets that are set already."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    platform: PlatformName
    address: Annotated[WebAddress, AfterValidator(_check_place)] = Field(
        description="The shop's own address, as `https://shop.example`; which one is on the page of shops."
    )
    credentials: dict[Word, Credential] | None = Field(
        default=None,
        max_length=MOST_CREDENTIALS,
        description="The platform's own words with their secrets. "
        + " ".join(f"`{name}`: {name_credentials(PLATFORMS[name])}." for name in sorted(PLATFORMS))
        + " Left out: those that were set for this platform and address stay. They are never shown.",
    )
    webhook_secret: Credential | None = Field(
        default=None,
        description="What the shop signs its webhooks with. Left out, the one that was set stays; null takes it away.",
    )
    orders_from: Annotated[Day, AfterValidator(_check_first_day)] | None = Field(
        default=None,
        description="Orders placed before this day are never read. Left out: the day that was set, else `sync_from` of "
        "the settings, else today.",
    )
    time_zone: ZoneName | None = Field(
        default=None,
        description="The shop's; left out, the one of the settings, or of the organisation's country.",
    )
    customers: Customers | None = Field(
        default=None,
        description="Under which contacts orders are booked. `each`: each customer by the name, of which Xero wants "
        "each once; of two people of one name the second is held. `by_email`: each e-mail address, which stands behind "
        "the name. `one`: all orders under one contact. An order stays with the contact under which it came first. "
        "Left out: as it was set, else `each`.",
    )
    customer_name: Name | None = Field(
        default=None, description="What the contact is called with `one`; left out, `Online customers`."
    )
    is_same_shop: StrictBool = Field(
        default=False,
        description="The shop from which this connection took orders before is at this address now, or has this number "
        "or name, where all shops of a platform have one address. Another shop of "
        "one platform numbers its orders alike, and would go over the invoices of the first: it needs a connection of "
        "its own.",
    )
    directions: Literal["to_xero", "keep"] | None = Field(
        default=None,
        description="A shop cannot be written to. `to_xero` sets all directions so, `keep` leaves them as they "
        "are. Left out: `to_xero` when a connection gets its shop, `keep` from then on.",
    )


class ShopWebhook(BaseModel):
    """How the shop tells that something moved."""

    url: str | None = Field(description="To enter in the shop; null where the platform signs no webhooks.")
    has_secret: bool
    heard_at: datetime | None = Field(description="When one came last whose signature held.")


class ShopShown(BaseModel):
    """The shop of a connection, and what is left to do."""

    model_config = ConfigDict(
        title="Shop",
        json_schema_extra={
            "examples": [
                {
                    "platform": "woocommerce",
                    "address": "https://shop.example",
                    "credentials": ["consumer_key", "consumer_secret"],
                    "credentials_end_at": None,
                    "refused_at": None,
                    "webhook": {
                        "url": "https://plumbline.example/webhooks/shops/6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10",
                        "has_secret": True,
                        "heard_at": "2026-11-20T03:15:00Z",
                    },
                    "orders_from": "2026-11-01",
                    "time_zone": "Australia/Perth",
                    "customers": "each",
                    "customer_name": None,
                    "directions": {
                        "invoices": "to_xero",
                        "contacts": "to_xero",
                        "payments": "to_xero",
                        "credits": "to_xero",
                    },
                    "refused_orders": 0,
                    "next_steps": [],
                    "created_at": "2026-11-20T03:00:00Z",
                    "changed_at": "2026-11-20T03:00:00Z",
                }
            ]
        },
    )

    platform: str
    address: str
    credentials: list[str] = Field(description="Which were given.")
    credentials_end_at: datetime | None = Field(
        description="When they end by themselves, as far as the shop said."
    )
    refused_at: datetime | None = Field(description="Since when the shop does not take them; null: it does.")
    webhook: ShopWebhook
    orders_from: date
    time_zone: str
    customers: Customers = Field(description="Under which contacts orders are booked.")
    customer_name: str | None
    directions: dict[str, Direction] = Field(description="Which way each kind of thing travels.")
    refused_orders: int = Field(description="Orders that could not be taken: `GET .../shop/refused-orders`.")
    next_steps: list[str] = Field(
        description="What a person should do next, in words; empty when all is done."
    )
    created_at: datetime
    changed_at: datetime


class RefusedOrderShown(BaseModel):
    """An order of the shop that is in no invoice, and why."""

    model_config = ConfigDict(
        title="RefusedOrder",
        json_schema_extra={
            "examples": [
                {
                    "id": 7,
                    "order_id": "5120",
                    "number": "W-5120",
                    "reason": "Its lines come to 110.00, and its total is 120.00.",
                    "refused_at": "2026-11-20T03:15:00Z",
                }
            ]
        },
    )

    id: int
    order_id: str = Field(description="The shop's own id.")
    number: str
    reason: str
    refused_at: datetime = Field(description="When that was last found.")


def show_shop(
    shop: Shop,
    credentials: Mapping[str, str],
    settings: ConnectionSettings,
    refused_orders: int,
    webhook_url: str,
) -> ShopShown:
    """The resource of a shop; of the credentials their names."""
    platform = PLATFORMS[shop.platform]
    webhook = ShopWebhook(
        url=webhook_url if platform.signs_webhooks else None,
        has_secret=shop.webhook_secret is not None,
        heard_at=shop.heard_at,
    )
    return ShopShown(
        platform=shop.platform,
        address=shop.address,
        credentials=sorted(credentials),
        credentials_end_at=shop.credentials_end_at,
        refused_at=shop.refused_at,
        webhook=webhook,
        orders_from=shop.orders_from,
        time_zone=shop.time_zone,
        customers=Customers(shop.customers),
        customer_name=shop.customer_name,
        directions={
            entity.value: settings.directions.get(entity.value, Direction.BOTH) for entity in TOLD_A_SHOP
        },
        refused_orders=refused_orders,
        next_steps=_list_next_steps(shop, webhook, settings, refused_orders),
        created_at=shop.created_at,
        changed_at=shop.changed_at,
    )


def _list_next_steps(
    shop: Shop, webhook: ShopWebhook, settings: ConnectionSettings, refused_orders: int
) -> Sequence[str]:
    steps = []
    if shop.refused_at is not None:
        steps.append("The shop does not take its credentials: set others that may read its orders.")
    if webhook.url is None:
        steps.append(
            f"This kind of shop signs no webhooks: it is asked {LOOKED_EVERY}, and nothing is to be done."
        )
    elif not webhook.has_secret:
        steps.append(
            f"In the shop, add a webhook for orders that are made and changed, with the address {webhook.url}, and set "
            f"its secret here as webhook_secret. Until then the shop is asked {LOOKED_EVERY}."
        )
    elif webhook.heard_at is None:
        steps.append(
            f"No webhook of the shop has come yet. See that it sends them to {webhook.url}, signed with the secret "
            "that was set here."
        )
    to_shop = [entity.value for entity in TOLD_A_SHOP if settings.lanes.takes(Side.PARTNER, entity)]
    if to_shop:
        kinds = ", ".join(to_shop)
        steps.append(f"Nothing of Xero can be written into a shop: set the direction of {kinds} to to_xero.")
    if refused_orders:
        steps.append(
            f"{refused_orders} of its orders could not be taken: see refused-orders for the reasons."
        )
    return steps
