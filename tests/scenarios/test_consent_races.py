"""A new consent that comes in the middle of something stands: what was asked before it counts no more."""

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
