"""Somebody changes Xero's chart of accounts or its tax rates, and the next invoice tells of it before the facts do."""

from typing import Any

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json

LINES: list[Json] = [
    {
        "id": "l1",
        "description": "Call-out",
        "quantity": "1",
        "unit_price": "110.00",
        "tax": "gst",
        "category": "labour",
    },
    {
        "id": "l2",
        "description": "Pipe",
        "quantity": "2",
        "unit_price": "10.00",
        "tax": "gst",
        "category": "materials",
    },
]


async def rename(house: House, code: str, to: str) -> None:
    """A person gives an account another code at Xero's screen."""
    path = f"/people/{house.tenant_id}/accounts/{code}"
    await house._json(house.xero.patch(path, json={"Code": to}))


async def said(house: House) -> list[tuple[str | None, str | None]]:
    """Category and tax of each line in the app."""
    return [(line["category"], line["tax"]) for line in (await house.in_app())["lines"]]


async def facts_read(house: House, since: int) -> list[str]:
    """The facts that Xero was asked for, after a call."""
    paths = [call["path"].rpartition("/")[2] for call in await house.calls(since) if call["method"] == "GET"]
    return [name for name in paths if name in ("Accounts", "TaxRates", "Organisation", "Currencies")]


async def written(house: House, **document: Any) -> None:
    """An invoice of labour and materials stands on both sides, each line on its own account."""
    await house.choose(revenue_accounts={"general": "200", "labour": "210", "materials": "220"})
    await house.write(**{"lines": LINES, **document})
    await house.drain()


async def test_an_account_with_another_code_takes_no_category_away(house: House) -> None:
    """The app's word stands for the account, whatever its code: the accounts are read for that once."""
    await written(house)
    await rename(house, "210", "215")
    calls = await house.last_call()
    await house.edit_xero(Reference="PO 2")
    await house.drain()
    assert await said(house) == [("labour", "gst"), ("materials", "gst")]
    assert await facts_read(house, calls) == ["Accounts"]
    calls = await house.last_call()
    await house.edit_xero(Reference="PO 3")
    await house.edit(lines={"l1": {"quantity": "3"}})
    await house.drain()
    await assert_alike(house)
    assert await facts_read(house, calls) == []
    booked = [line["AccountCode"] for line in (await house.in_xero())["LineItems"]]
    assert booked == ["215", "220"]


async def test_two_accounts_that_change_codes_change_no_category(house: House) -> None:
    """Both codes are known, as those of the other one: the account's id tells."""
    await written(house)
    for code, to in (("210", "999"), ("220", "210"), ("999", "220")):
        await rename(house, code, to)
    await house.edit_xero(Reference="PO 2")
    await house.drain()
    assert (await house.in_app())["reference"] == "PO 2"
    assert await said(house) == [("labour", "gst"), ("materials", "gst")]
    booked = [line["AccountCode"] for line in (await house.in_xero())["LineItems"]]
    assert booked == ["220", "210"]


async def test_a_tax_rate_that_is_new_in_xero_is_reckoned_with_at_once(house: House) -> None:
    """The change says the true total, and that it is paid: the tax rates are read for that once."""
    await written(house, amounts_are="tax_exclusive")
    name = {"Name": "Levy", "Rate": 7}
    levy = await house._json(house.xero.post(f"/people/{house.tenant_id}/taxrates", json=name))
    calls = await house.last_call()
    await house.edit_xero(LineItems=[{"index": 0, "TaxType": levy["TaxType"]}])
    await house.drain()
    [change] = (await house._json(house.api.get(f"{house.path}/changes")))["data"]
    assert (change["invoice"]["total"], (await house.in_app())["status"]) == ("139.70", "sent")
    assert await said(house) == [("labour", f"xero:{levy['TaxType']}"), ("materials", "gst")]
    assert await facts_read(house, calls) == ["TaxRates"]
    await house.at_xero("invoices/N-inv_1/payments")
    await house.drain()
    assert (await house.in_app())["status"] == "paid"
    await assert_alike(house)
