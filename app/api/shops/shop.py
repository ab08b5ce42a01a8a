"""The shop of a connection: its orders become the connection's invoices (FEATURES E1)."""

import json
from collections.abc import Collection, Iterator
from datetime import date
from hmac import compare_digest
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, BackgroundTasks, Response

from app.api.authentication import ADMINS_WRITE, ConnectionId, GivenCaller, OwnConnection, lock_own_connection
from app.api.dependencies import Given, Services
from app.api.pages import AskedNumbers, Page, write_number
from app.api.problems import MISSING, documented
from app.api.settings.changing import Changing, change
from app.api.settings.check import SettingsChange
from app.api.shops.resource import EARLIEST, TOLD_A_SHOP, NewShop, RefusedOrderShown, ShopShown, show_shop
from app.db.delivery.partner_reads import ask_for_read
from app.db.partners import shops
from app.db.partners.shop_refusals import count_refusals, list_refusals
from app.db.partners.shops import Shop, delete_shop, find_shop, has_taken_orders, lock_shop, save_shop
from app.db.postgres.session import ReadSession
from app.delivery.address import AddressRefused
from app.domain.connections.connection import Connection
from app.domain.connections.settings import ConnectionSettings
from app.domain.record.direction import Direction
from app.intake.refusals import Fault, InputRefused
from app.shops.document import name_invoice
from app.shops.order import Customers
from app.shops.platform import Platform
from app.shops.registry import PLATFORMS, name_credentials

router = APIRouter(prefix="/v1/connections/{connection_id}/shop", tags=["shops"], dependencies=[ADMINS_WRITE])

_SET = ("malformed_body", *MISSING, "connection_removed", "too_large", "invalid_request")
_TO_XERO = {entity.value: Direction.TO_XERO for entity in TOLD_A_SHOP}


@router.put(
    "",
    operation_id="set_shop",
    summary="Take the invoices of this connection from a shop",
    responses=documented(*_SET),
)
async def set_shop(
    services: Given, caller: GivenCaller, connection_id: ConnectionId, new: NewShop, tasks: BackgroundTasks
) -> ShopShown:
    """Each order becomes an invoice, with its customer, its payments and its refunds; nothing is ever written into the
    shop. It is asked every 15 minutes, and at once when a webhook of it comes. It goes before the address at which your
    app is asked. The answer says what is left to do. Setting it again changes it, and reads it anew from the start.
    """
    await _check_address(services, new.address)
    async with services.database.reading() as session:
        before = await find_shop(session, connection_id)
    # Before anything is changed: directions that are turned for a shop that is not set would be turned for nothing.
    same = _find_same(services, new, before)
    _choose_credentials(services, new, same)
    if same is None and not new.is_same_shop:
        await _refuse_another(services, connection_id, new)
    if new.directions == "to_xero" or (new.directions is None and before is None):
        wanted = SettingsChange(directions=_TO_XERO)
        await change(
            services, tasks, Changing(caller, connection_id, None), wanted, lambda held: held.settings
        )
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, caller.partner_id, connection_id)
        before = await lock_shop(session, connection_id)
        wish = _build_wish(services, connection, new, before)
        shop = await save_shop(session, caller.partner_id, connection_id, wish, services.clock.now())
        await ask_for_read(session, connection_id)
        shown = await _show(services, session, shop, connection.settings)
    tasks.add_task(services.waker.read_soon, connection_id)
    return shown


@router.get(
    "", operation_id="get_shop", summary="The shop of this connection", responses=documented(*MISSING)
)
async def get_shop(services: Given, connection: OwnConnection) -> ShopShown:
    """What became of reading it, `partner-side` tells."""
    async with services.database.reading() as session:
        return await _show(services, session, await _get(session, connection.id), connection.settings)


@router.delete(
    "",
    status_code=204,
    operation_id="delete_shop",
    summary="Take invoices from the shop no more",
    responses=documented(*MISSING),
)
async def remove_shop(services: Given, caller: GivenCaller, connection: OwnConnection) -> Response:
    """Its secrets are deleted; invoices that were made stay, and so do the settings."""
    async with services.database.writing() as session:
        await _get(session, connection.id)
        await delete_shop(session, caller.partner_id, connection.id)
    return Response(status_code=204)


@router.get(
    "/refused-orders",
    operation_id="list_refused_orders",
    summary="Orders of the shop that could not be taken, with the reason of each",
    responses=documented(*MISSING),
)
async def list_refused_orders(
    services: Given, connection: OwnConnection, page: AskedNumbers
) -> Page[RefusedOrderShown]:
    """An order is looked at again when it changes in the shop, and with every compare; one that is taken is gone."""
    async with services.database.reading() as session:
        await _get(session, connection.id)
        found = await list_refusals(session, connection.id, page)
    data = [RefusedOrderShown.model_validate(one, from_attributes=True) for one in found]
    return Page(data=data, next=write_number(found, page.limit, lambda one: one.id))


async def _check_address(services: Services, address: str) -> None:
    try:
        await services.addresses.check(address)
    except AddressRefused as refused:
        raise InputRefused(
            "invalid_request", "The shop's address cannot be used.", [Fault("address", str(refused))]
        ) from None


async def _refuse_another(services: Services, connection_id: UUID, new: NewShop) -> None:
    """Refuse a shop whose orders would be taken for those of another one of the same kind."""
    async with services.database.reading() as session:
        is_taken = await has_taken_orders(session, connection_id, name_invoice(new.platform, ""))
    if is_taken:
        message = (
            "is not known to be that of the shop from which this connection has orders; say is_same_shop where it is, "
            "and open a connection of its own for another shop"
        )
        named_by = PLATFORMS[new.platform].named_by
        field = f"credentials.{named_by}" if named_by in (new.credentials or {}) else "address"
        raise InputRefused("invalid_request", "It may be another shop.", [Fault(field, message)])


def _build_wish(
    services: Services, connection: Connection, new: NewShop, before: Shop | None
) -> shops.NewShop:
    """What is set, with what stays of before; raises `invalid_request` for credentials that are not given."""
    stays = _find_same(services, new, before)
    settings, organisation = connection.settings, connection.organisation
    zone = new.time_zone or settings.find_zone(organisation.country if organisation else None)
    secret = stays.webhook_secret if stays else None
    if "webhook_secret" in new.model_fields_set:
        said = new.webhook_secret
        secret = services.vault.encrypt(said.get_secret_value()) if said else None
    today = services.clock.now().astimezone(ZoneInfo(zone)).date()
    return shops.NewShop(
        platform=new.platform,
        address=new.address.rstrip("/"),
        credentials=_choose_credentials(services, new, stays),
        webhook_secret=secret,
        orders_from=date.fromisoformat(new.orders_from)
        if new.orders_from
        else (before.orders_from if before else max(EARLIEST, settings.sync_from or today)),
        time_zone=zone,
        customers=new.customers or (before.customers if before else Customers.EACH),
        customer_name=new.customer_name,
    )


def _find_same(services: Services, new: NewShop, before: Shop | None) -> Shop | None:
    """The shop of before, if it is the same: secrets go to the shop that they were entered for, and to no other."""
    if before is None or (before.platform, before.address) != (new.platform, new.address.rstrip("/")):
        return None
    named_by = PLATFORMS[new.platform].named_by
    given, known = (new.credentials or {}).get(named_by or ""), _open(services, before).get(named_by or "")
    if given is None:
        return before
    return before if compare_digest(given.get_secret_value(), known or "") else None


def _open(services: Services, shop: Shop) -> dict[str, str]:
    opened: dict[str, str] = json.loads(services.vault.decrypt(shop.credentials))
    return opened


def _choose_credentials(services: Services, new: NewShop, stays: Shop | None) -> bytes:
    if new.credentials is None and stays is not None:
        return stays.credentials
    given = {name: secret.get_secret_value() for name, secret in (new.credentials or {}).items()}
    faults = list(_list_faults(PLATFORMS[new.platform], given))
    if faults:
        raise InputRefused("invalid_request", "These are not the credentials of such a shop.", faults)
    named_by = PLATFORMS[new.platform].named_by
    known = _open(services, stays).get(named_by or "") if stays is not None else None
    if named_by is not None and known is not None and not new.is_same_shop:
        # What the shop itself said by it: with new credentials it must say the same.
        given.setdefault(named_by, known)
    return services.vault.encrypt(json.dumps(given))


def _list_faults(platform: Platform, given: Collection[str]) -> Iterator[Fault]:
    """What lacks of the set of credentials that is given most of, and what the platform has no use for."""
    lacking = [[word for word in words if word not in given] for words in platform.opened_by]
    shares = [len(lack) / len(words) for lack, words in zip(lacking, platform.opened_by, strict=True)]
    takes = f"{platform.name} takes {name_credentials(platform)}"
    for word in lacking[shares.index(min(shares))]:
        yield Fault(f"credentials.{word}", f"must be given; {takes}")
    known = {word for words in platform.opened_by for word in words} | {*platform.understands}
    for word in sorted(set(given) - known):
        yield Fault(f"credentials.{word}", f"is not known; {takes}")


async def _get(session: ReadSession, connection_id: UUID) -> Shop:
    found = await find_shop(session, connection_id)
    if found is None:
        raise InputRefused("not_found", "This connection has no shop.")
    return found


async def _show(
    services: Services, session: ReadSession, shop: Shop, settings: ConnectionSettings
) -> ShopShown:
    credentials = _open(services, shop)
    refused = await count_refusals(session, shop.connection_id)
    url = f"{services.public_url.rstrip('/')}/webhooks/shops/{shop.connection_id}"
    return show_shop(shop, credentials, settings, refused, url)
