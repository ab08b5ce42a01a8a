"""A new consent that comes in the middle of something stands: what was asked before it counts no more."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from app.errors import AppRefused
from app.reconcile.lease import Lease
from app.reconcile.losses import tell_app_refused
from tests.scenarios.house import House
from tests.scenarios.troubles import ask, assert_in_step, connection, in_the_middle


async def get_address(house: House) -> str:
    """Where a person gives consent again."""
    return str((await ask(house.api.post(f"{house.path}/authorise")))["authorise_url"])


async def test_a_consent_given_while_the_loss_is_confirmed_stands(house: House) -> None:
    """Xero was asked before the person consented and answers that the app was disconnected: it is not any more."""
    await house.write()
    await house.drain()
    address = await get_address(house)
    await ask(house.xero.post("/disconnect", json={"tenant_id": house.tenant_id}))
    await house.edit(reference="PO 2")
    async with in_the_middle(house, "GET", "/connections"):
        assert (await house.consent(address)).is_success
        assert (await connection(house))["state"] == "active"
    assert (await connection(house))["state"] == "active"
    await house.wait()
    await assert_in_step(house)
    told = [each["type"] for each in (await ask(house.app.get("/notices")))["data"]]
    assert "connection.disconnected" not in told


async def test_a_scope_granted_while_xero_refuses_for_the_want_of_it_is_not_waited_for(house: House) -> None:
    """The call was refused for the consent of before: with the new one it is made again at once."""
    await house.write()
    await house.drain()
    address = await get_address(house)
    await house.fault("scope_missing", "POST", "/Invoices")
    await house.edit(reference="PO 2")
    async with in_the_middle(house, "GET", "/Invoices"):
        assert (await house.consent(address)).is_success
    await house.drain()
    shown = await connection(house)
    assert (shown["state"], shown["retry_reason"], shown["missing_scopes"]) == ("active", None, [])
    await assert_in_step(house)


async def go_by_own_app(house: House, secret: str) -> str:
    """The connection is one of the partner's own Xero app, of which we know that secret; the app's address."""
    known = {"name": "Own", "client_id": house.settings.xero_client_id, "client_secret": secret}
    app = await ask(house.api.post("/v1/xero-apps", json=known))
    async with house.database.writing() as session:
        for statement in (
            "UPDATE token_sets SET xero_app_id = CAST(:app AS uuid), expires_at = refreshed_at",
            "UPDATE connections SET xero_app_id = CAST(:app AS uuid)",
        ):
            await session.execute(text(statement), {"app": app["id"]})
    return f"/v1/xero-apps/{app['id']}"


async def test_a_secret_replaced_while_xero_refuses_the_old_one_counts_at_once(house: House) -> None:
    """The refusal is about the secret of before: nobody is alarmed, and nothing waits for an hour."""
    await house.write()
    await house.drain()
    address = await go_by_own_app(house, "not the secret any more")
    await house.edit(reference="PO 2")
    async with in_the_middle(house, "POST", "/connect/token"):
        right = house.settings.xero_client_secret.get_secret_value()
        await ask(house.api.patch(address, json={"client_secret": right}))
    await house.drain()
    assert (await connection(house))["retry_reason"] is None
    await assert_in_step(house)
    told = [each["type"] for each in (await ask(house.app.get("/notices")))["data"]]
    assert "connection.attention" not in told


async def test_a_secret_replaced_after_the_refusal_was_told_is_not_waited_for(house: House) -> None:
    """In the moment before the work is put off: it is due at once all the same."""
    address = await go_by_own_app(house, "not the secret any more")
    await house.write()
    lease = await Lease.take(house.database, house.clock, UUID(house.connection_id))
    assert lease is not None
    assert await tell_app_refused(lease, house.clock, AppRefused("It is not taken."))
    right = house.settings.xero_client_secret.get_secret_value()
    await ask(house.api.patch(address, json={"client_secret": right}))
    later = house.clock.now() + timedelta(hours=1)
    await lease.postpone(later, "app_refused: It is not taken.", by_consents=lease.consents)
    assert (await connection(house))["retry_reason"] is None
    await house.drain()
    await assert_in_step(house)
