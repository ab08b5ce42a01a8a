"""Section T, of connections, where no other story shows a row whole: joined step by step, and never joined anew."""

from datetime import timedelta

import pytest

from tests.loopback import build_client
from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House
from tests.scenarios.rows.steps import GST, allow, booked
from tests.scenarios.troubles import ask, connection, standing


async def step(house: House) -> str:
    """What the connection says is to be done next."""
    return str((await connection(house))["next_step"]["code"])


@pytest.mark.proof
async def test_t5_t6_t7_t8_t9_t10_t11_i1_c9_a_newcomer_is_led_to_its_first_invoice(newcomer: House) -> None:
    """What there is to connect to, Xero's page with the purpose of each scope, a no and a yes, then the accounts of the
    chart: the connection names each next step, and an account that is changed later counts from then on.
    """
    house = newcomer
    [xero] = (await ask(house.api.get("/v1/providers")))["data"]
    assert (xero["id"], xero["connections"]) == ("xero", {})
    assert "Xero subscription" in xero["needs"]
    opened = await ask(house.api.post("/v1/connections", json={"business_id": "biz_1"}))
    house.connection_id = opened["id"]
    assert (opened["state"], await step(house)) == ("pending", "authorise")
    async with build_client() as browser:
        asked = (await browser.get(opened["authorise_url"], follow_redirects=True)).text
    assert all(f"<li>{scope['scope']}</li>" in asked and scope["purpose"] for scope in xero["scopes"])
    await allow(house, opened["authorise_url"], decision="cancel")
    assert ((await connection(house))["state"], await step(house)) == ("pending", "authorise")
    again = await ask(house.api.post(f"{house.path}/authorise"))
    assert (await allow(house, again["authorise_url"])).is_success

    assert ((await connection(house))["state"], await step(house)) == ("active", "choose_revenue_accounts")
    offered = (await ask(house.api.get(f"{house.path}/accounts", params={"fit_for": "sales"})))["data"]
    assert [account["code"] for account in offered] == ["200", "210", "220", "230", "260", "270"]
    await house.choose(revenue_accounts={"general": offered[0]["account_id"]})
    assert ((await connection(house))["is_ready"], await step(house)) == (True, "choose_payment_account")
    bank = (await ask(house.api.get(f"{house.path}/accounts", params={"fit_for": "payments"})))["data"][0]
    await house.choose(payment_account=bank["account_id"])
    assert (await step(house), (await ask(house.api.post(f"{house.path}/preflight")))["ready"]) == (
        "ready",
        True,
    )
    await house.introduce()
    await house.write("inv_1")
    await house.drain()
    await house.choose(revenue_accounts={"general": "260"})
    await house.write("inv_2")
    await house.drain()
    assert [await booked(house, f"N-inv_{n}") for n in (1, 2)] == [[("200", GST)], [("260", GST)]]
    await assert_alike(house, "inv_1")
    await assert_alike(house, "inv_2")
    [listed] = (await ask(house.api.get("/v1/connections")))["data"]
    assert (listed["id"], listed["state"], listed["business_id"]) == (opened["id"], "active", "biz_1")
    assert (await ask(house.api.get("/v1/providers")))["data"][0]["connections"] == {"active": 1}


@pytest.mark.proof
async def test_t25_no_trouble_needs_a_reconnect(house: House) -> None:
    """A token that ended, a Xero that fails, a lost webhook, an archived account: all is mended under one consent."""
    await house.write("inv_1")
    await house.drain()
    joined, entries = await connection(house), (await ask(house.xero.get("/state")))["connections"]
    await house.fault("token_expired", "POST", "/Invoices")
    await house.edit(reference="PO 2")
    await house.drain()
    assert (await house.in_xero())["Reference"] == "PO 2"

    await house.fault("unavailable_before", "POST", "/Invoices")
    await house.edit(reference="PO 3")
    await house.drain()
    assert await standing(house) == ("behind", "outcome_unknown")
    await house.wait(timedelta(minutes=1))
    assert (await house.in_xero())["Reference"] == "PO 3"

    await ask(house.xero.put("/webhooks", json={"lose_next": 1}))
    await house.edit_xero(Reference="PO 4")
    await house.drain()
    assert (await house.in_app())["reference"] == "PO 3"
    await house.sweep()
    assert (await house.in_app())["reference"] == "PO 4"

    await house.at_xero("accounts/200/archive")
    await house.write("inv_2")
    await house.drain()
    assert await house.held_as("inv_2") == "account_unusable"
    await house.at_xero("accounts/200/restore")
    await ask(house.api.post(f"{house.path}/invoices/inv_2/retry"))
    await house.drain()
    await assert_alike(house, "inv_1")
    await assert_alike(house, "inv_2")
    now = await connection(house)
    assert (now["state"], now["since"], now["is_behind"]) == ("active", joined["since"], False)
    assert (await ask(house.xero.get("/state")))["connections"] == entries
