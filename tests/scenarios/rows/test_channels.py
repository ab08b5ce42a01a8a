"""Section C, where no other story shows a row whole: a channel for each store, its default account, its own app."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.sandbox.xero.events.webhooks import build_signature
from tests.loopback import build_client
from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.rows.steps import GST, allow, booked, line
from tests.scenarios.troubles import ask, numbers_in_xero, rows, standing

OWN_KEY = "the webhook key of their own app"


@pytest.mark.proof
async def test_c1_c2_c3_c4_each_store_of_a_business_has_books_of_its_own(house: House) -> None:
    """Two connections of one business with names, organisations and accounts of their own: neither sees the other's."""
    first = house.connection_id, house.tenant_id
    books = await ask(house.xero.post("/organisations", json={"name": "Harbour Plumbing", "country": "AU"}))
    new = {"business_id": "biz_1", "display_name": "The shop at the harbour"}
    opened = await ask(house.api.post("/v1/connections", json=new))
    second = opened["id"], books["tenant_id"]
    house.connection_id, house.tenant_id = second
    assert (await allow(house, opened["authorise_url"])).is_success
    await house.choose(revenue_accounts={"general": "260"})
    for store, invoice_id, account in ((second, "inv_2", "260"), (first, "inv_1", "200")):
        house.connection_id, house.tenant_id = store
        await house.introduce()
        await house.write(invoice_id)
        await house.drain()
        assert await numbers_in_xero(house) == [f"N-{invoice_id}"]
        assert await booked(house, f"N-{invoice_id}") == [(account, GST)]
        await house.edit_xero(f"N-{invoice_id}", Reference=f"PO {account}")
        await house.drain()
        assert (await house.in_app(invoice_id))["reference"] == f"PO {account}"
        listed = (await ask(house.api.get(f"{house.path}/invoices")))["data"]
        assert [invoice["id"] for invoice in listed] == [invoice_id]
        await assert_alike(house, invoice_id)
    found = (await ask(house.api.get("/v1/connections", params={"business_id": "biz_1"})))["data"]
    assert [(one["display_name"], one["organisation"]["name"]) for one in found] == [
        ("biz_1", "Plumb Trades Pty Ltd"), ("The shop at the harbour", "Harbour Plumbing"),
    ]  # fmt: skip


async def test_c5_the_default_account_may_be_left_out(house: House) -> None:
    """Lines of mapped categories go; one without a category waits alone and says so, until there is a default."""
    await house.choose(revenue_accounts={"general": None, "labour": None, "materials": "220"})
    await house.write("inv_1", lines=[line("l1", "110.00", category="materials")])
    await house.write("inv_2", lines=[line("l1", "110.00", category=None)])
    await house.drain()
    assert await booked(house) == [("220", GST)]
    await assert_alike(house, "inv_1")
    assert await standing(house, "inv_2") == ("held", "category_unmapped")
    await house.choose(revenue_accounts={"general": "200"})
    await house.drain()
    assert await booked(house, "N-inv_2") == [("200", GST)]
    await assert_alike(house, "inv_2")


async def tell_by_own_webhook(house: House, app: Json, key: str) -> int:
    """Xero tells an app of the partner's own that the invoice moved; the status of the answer."""
    event: Json = {
        "resourceId": (await house.in_xero())["InvoiceID"],
        "tenantId": house.tenant_id,
        "eventCategory": "INVOICE",
        "eventType": "UPDATE",
        "eventDateUtc": datetime.now(UTC).replace(tzinfo=None).isoformat(),
    }
    body = json.dumps({"events": [event], "firstEventSequence": 1, "lastEventSequence": 1}).encode()
    signed = {"x-xero-signature": build_signature(key, body)}
    address = f"/webhooks/xero/{app['id']}"
    return (await house.api.post(address, content=body, headers=signed)).status_code


async def test_c6_a_channel_goes_through_an_app_of_its_own(newcomer: House) -> None:
    """Its client id asks for the consent, its secret is encrypted and never shown, its key alone signs its webhooks."""
    house = newcomer
    known = await ask(house.xero.post("/apps"))
    app = await ask(
        house.api.post("/v1/xero-apps", json={"name": "Tradie Tools", "webhook_key": OWN_KEY} | known)
    )
    new: dict[str, Any] = {"business_id": "biz_1", "xero_app_id": app["id"]}
    opened = await ask(house.api.post("/v1/connections", json=new))
    house.connection_id = opened["id"]
    async with build_client() as browser:
        led = await browser.get(opened["authorise_url"])
    assert f"client_id={known['client_id']}" in led.headers["location"]
    assert (await allow(house, opened["authorise_url"])).is_success
    listed = (await house.api.get("/v1/xero-apps")).text
    assert app["id"] in listed
    assert known["client_secret"] not in listed + json.dumps(app)
    assert OWN_KEY not in listed + json.dumps(app)
    [kept] = await rows(house, "SELECT client_secret, webhook_key FROM xero_apps")
    assert not any(known["client_secret"].encode() in bytes(value) for value in kept.values())
    await house.choose(revenue_accounts={"general": "200"})
    await house.introduce()
    await house.write()
    await house.drain()
    await ask(house.xero.put("/webhooks", json={"lose_next": 9}))
    await house.edit_xero(Reference="PO by their own webhook")
    common = house.settings.xero_webhook_key
    assert common is not None
    assert await tell_by_own_webhook(house, app, common.get_secret_value()) == 401
    await house.drain()
    assert (await house.in_app())["reference"] == "PO 1"
    assert await tell_by_own_webhook(house, app, OWN_KEY) == 200
    await house.drain()
    assert (await house.in_app())["reference"] == "PO by their own webhook"
    await assert_alike(house)
