"""What an invoice carries beside its words and prices: discounts, tracking, theme, terms, rates, addresses."""

from decimal import Decimal
from typing import Any

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import restarted


@pytest.mark.proof
async def test_a_discount_by_amount_goes_both_ways(house: House) -> None:
    """Money off a line is the same money on both sides; a rate given in its place replaces it, and back."""
    line = {"id": "l1", "description": "Call-out", "quantity": "2", "unit_price": "80.0000", "tax": "gst"}
    await house.write(lines=[line | {"discount_amount": "12.35"}])
    await house.drain()
    assert (await house.in_xero())["Total"] == 147.65
    await assert_alike(house)

    held = (await house.in_xero())["LineItems"][0]
    await house.edit_xero(LineItems=[{"LineItemID": held["LineItemID"], "DiscountAmount": 20}])
    await house.drain()
    assert (await house.in_app())["lines"][0]["discount_amount"] == "20.00"
    await assert_alike(house)

    await house.edit(lines=[line | {"discount_amount": None, "discount_rate": "10"}])
    await house.drain()
    assert (await house.in_xero())["Total"] == 144
    await assert_alike(house)

    await house.edit_xero(
        LineItems=[{"LineItemID": held["LineItemID"], "DiscountRate": 0, "DiscountAmount": 5}]
    )
    await house.drain()
    shown = (await house.in_app())["lines"][0]
    assert (shown["discount_rate"], shown["discount_amount"]) == (None, "5.00")
    await assert_alike(house)


async def test_tracking_is_given_to_new_lines_and_kept_through_edits(house: House) -> None:
    """Lines of the app get the chosen option; what a person chooses in Xero survives every edit of the app."""
    await house.at_xero("trackingcategories", Name="Region", Options=["North", "South"])
    await house._json(house.api.post(f"{house.path}/sweep"))
    await house.drain()
    await house.choose(tracking={"Region": "North"})
    await house.write()
    await house.drain()
    held = (await house.in_xero())["LineItems"][0]
    assert [(t["Name"], t["Option"]) for t in held["Tracking"]] == [("Region", "North")]

    await house.edit_xero(
        LineItems=[{"LineItemID": held["LineItemID"], "Tracking": [{"Name": "Region", "Option": "South"}]}]
    )
    await house.drain()
    await house.edit(lines={"l1": {"description": "Call-out, evening"}, "l2": {"unit_price": "10.00"}})
    await house.drain()
    lines = (await house.in_xero())["LineItems"]
    assert [[t["Option"] for t in line["Tracking"]] for line in lines] == [["South"], ["North"]]
    await assert_alike(house)


@pytest.mark.proof
async def test_theme_terms_and_rate_are_given_when_it_is_made(house: House) -> None:
    """The chosen theme, the connection's days, else Xero's own terms, and a rate of exchange arrive in Xero."""
    await house.set_facts(currencies=["USD"], PaymentTerms={"Sales": {"Day": 20, "Type": "OFFOLLOWINGMONTH"}})
    await house._json(house.api.post(f"{house.path}/sweep"))
    await house.drain()
    await house.choose(branding_theme="Trade")
    issued: dict[str, Any] = {"issued_on": "2026-11-20", "due_on": None}
    await house.write(**issued)
    await house.drain()
    shown = await house.in_xero()
    assert shown["DueDateString"][:10] == (await house.in_app())["due_on"] == "2026-12-20"
    themes = {theme["BrandingThemeID"]: theme["Name"] for theme in await list_themes(house)}
    assert themes[shown["BrandingThemeID"]] == "Trade"
    await assert_alike(house)

    await house.choose(due_days=7)
    await house.write("inv_2", **issued, currency="USD", currency_rate="0.651200")
    await house.drain()
    abroad = await house.in_xero("N-inv_2")
    assert (abroad["CurrencyCode"], Decimal(str(abroad["CurrencyRate"]))) == ("USD", Decimal("0.6512"))
    assert (await house.in_app("inv_2"))["due_on"] == "2026-11-27"
    await assert_alike(house, "inv_2")

    page = await house._json(house.api.get(f"{house.path}/invoices/inv_2/online-invoice"))
    assert page["url"].startswith("https://in.xero.com/")


async def test_no_terms_lead_past_the_end_of_the_calendar(house: House) -> None:
    """An app that knows no date says 9999-12-31: held for a due date by a reason and a cure, until it says one."""
    await house.choose(due_days=7)
    await house.write(issued_on="9999-12-31", due_on=None)
    await house.drain()
    assert await house.held_as() == "due_date_missing"
    await house.edit(issued_on="2026-11-20", due_on="2026-11-27")
    await house.drain()
    assert (await house.in_xero())["DueDateString"][:10] == "2026-11-27"
    await assert_alike(house)


async def list_themes(house: House) -> list[Json]:
    """The organisation's themes, as Plumbline lists them."""
    listed = await house._json(house.api.get(f"{house.path}/branding-themes"))
    return [{"BrandingThemeID": theme["theme_id"], "Name": theme["name"]} for theme in listed["data"]]


@pytest.mark.proof
async def test_i12_payments_go_to_the_account_of_their_method(house: House) -> None:
    """Card money and cash are booked where the settings say; a method without an account holds that payment alone."""
    banks = await house._json(house.api.get(f"{house.path}/accounts", params={"fit_for": "payments"}))
    default, card = banks["data"][0]["account_id"], banks["data"][-1]["account_id"]
    assert default != card
    await house.choose(payment_accounts={"card": card}, payment_account=None)
    await house.write()
    await house.drain()
    for amount, method in (("40.00", "card"), ("30.00", "cash")):
        paid = {"amount": amount, "method": method}
        await house._json(house.app.post("/invoices/inv_1/payments", json=paid))
    await house.drain()
    assert await house.held_as() == "payment_account_missing"
    assert "cash" in (await house.resource())["reason"]["message"]
    await house.choose(payment_account=default)
    await house.drain()
    booked = {p["Amount"]: p["Account"]["AccountID"] for p in await list_payments(house)}
    assert booked == {40: card, 30: default}
    await assert_alike(house)


async def list_payments(house: House, number: str = "N-inv_1") -> list[Json]:
    """The invoice's payments with their accounts, as Xero shows each."""
    ids = [payment["PaymentID"] for payment in (await house.in_xero(number))["Payments"]]
    return [await house._json(house.xero.get(f"/people/{house.tenant_id}/payments/{i}")) for i in ids]


async def test_a_payment_reconciled_with_the_bank_stays(house: House) -> None:
    """Taken back in the app, a payment that Xero matched with the bank is given back, and both are kept."""
    await house.write()
    await house.drain()
    await house._json(house.app.post("/invoices/inv_1/payments", json={"amount": "40.00", "method": "card"}))
    await house.drain()
    payment = (await house.in_xero())["Payments"][0]["PaymentID"]
    await house.at_xero(f"payments/{payment}/reconcile")
    await house.drain()
    await house.edit(payments=[])
    await house.drain()
    assert [(p["amount"], p["method"]) for p in (await house.in_app())["payments"]] == [("40.00", "card")]
    (kept,) = await house.conflicts()
    assert (kept["path"], kept["winner"]) == ("payments/p1", "xero")
    await assert_alike(house)


async def test_a_payment_that_stays_comes_back_as_it_was_after_a_wait(house: House) -> None:
    """Xero is asked for it in vain at first, and another worker goes on: its method is not lost with the first one."""
    await house.write()
    await house.drain()
    await house._json(house.app.post("/invoices/inv_1/payments", json={"amount": "40.00", "method": "card"}))
    await house.drain()
    [paid] = (await house.in_app())["payments"]
    payment = (await house.in_xero())["Payments"][0]["PaymentID"]
    await house.at_xero(f"payments/{payment}/reconcile")
    await house.drain()
    await house.fault("unavailable_before", "GET", "/Payments")
    await house.edit(payments=[])
    await house.drain()
    assert (await house.in_app())["payments"] == []
    async with restarted(house):
        await house.wait()
    assert (await house.in_app())["payments"] == [paid]
    await assert_alike(house)
    await house.edit(payments=[paid | {"method": "cash", "amount": "50.00"}])
    await house.drain()
    assert (await house.in_app())["payments"] == [paid | {"method": "cash"}]
    await assert_alike(house)


async def test_a_payment_that_stays_comes_back_with_its_fee(house: House) -> None:
    """What it cost is kept for the app until it says otherwise: a payment listed without a fee has none."""
    paid = {"id": "p1", "amount": "40.00", "paid_on": "2026-11-20", "method": "card", "fee": "0.70"}
    await house.write(payments=[paid])
    await house.drain()
    payment = (await house.in_xero())["Payments"][0]["PaymentID"]
    await house.at_xero(f"payments/{payment}/reconcile")
    await house.edit(payments=[])
    await house.drain()
    assert (await house.resource())["record"]["payments"] == [paid]
    del paid["fee"]
    await house.edit(payments=[paid])
    await house.drain()
    assert (await house.resource())["record"]["payments"] == [paid]
