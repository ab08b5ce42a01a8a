"""Section E, where no other story shows a row whole: accounts of every kind, and the ways into Xero's own screens."""

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.contact_sides import shown_contact
from tests.scenarios.house import House
from tests.scenarios.rows.steps import GST, booked, line
from tests.scenarios.troubles import ask, connection


async def test_e4_income_and_expenses_of_a_shop_go_to_their_accounts(house: House) -> None:
    """Goods, freight, a fee, a discount and a refund: five accounts, two of them expenses with their own tax; a line
    that is moved in Xero is told as what it then is.
    """
    await house.choose(
        revenue_accounts={
            "general": "200", "shipping": "260", "fees": "270", "discount": "429", "refunds": "449",
        },
        expense_taxes={"gst": "INPUT"},
    )  # fmt: skip
    await house.write(
        lines=[
            line("l1", "220.00", category=None),
            line("l2", "22.00", category="shipping"),
            line("l3", "5.50", category="fees"),
            line("l4", "-11.00", category="discount"),
            line("l5", "-33.00", category="refunds"),
        ]
    )
    await house.drain()
    assert await booked(house) == [
        ("200", GST), ("260", GST), ("270", GST), ("429", "INPUT"), ("449", "INPUT"),
    ]  # fmt: skip
    assert (await house.in_xero())["Total"] == 203.5
    await assert_alike(house)
    await house.edit_xero(LineItems=[{"index": 1, "AccountCode": "270"}])
    await house.drain()
    assert [each["category"] for each in (await house.in_app())["lines"]][1] == "fees"
    await assert_alike(house)


async def test_e12_everything_leads_into_xeros_own_screens(house: House) -> None:
    """The invoice, its customer and the page on which it is paid open in Xero; from there the invoice leads back."""
    await house.write(url="https://app.example/invoices/inv_1")
    await house.drain()
    invoice = await house.in_xero()
    code = (await connection(house))["organisation"]["short_code"]
    shown, customer = await house.resource(), await shown_contact(house)
    address = f"https://go.xero.com/app/{code}"
    assert shown["xero"]["deep_link"] == f"{address}/invoicing/view/{invoice['InvoiceID']}"
    assert customer["xero"]["deep_link"].startswith(address)
    assert invoice["Contact"]["ContactID"] in customer["xero"]["deep_link"]
    paid_at = await ask(house.api.get(f"{house.path}/invoices/inv_1/online-invoice"))
    assert paid_at["url"].startswith("https://")
    assert invoice["Url"].startswith((await house.in_app())["url"])
    await assert_alike(house)
