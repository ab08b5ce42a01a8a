"""Tax, discounts, rounding and prices of invoices (FACTS 4.4)."""

from typing import Any

import pytest

from app.sandbox.xero import Start, serve_in_thread
from tests.sandbox.xero.driver import XeroApp, build_invoice, build_line, messages_of


def sums(invoice: dict[str, Any]) -> tuple[float, float, float]:
    """SubTotal, TotalTax, Total."""
    return invoice["SubTotal"], invoice["TotalTax"], invoice["Total"]


def test_tax_is_rounded_per_line_and_then_summed(app: XeroApp) -> None:
    """Three lines of 0.05 carry 0.01 each, not 0.015 together."""
    made = app.put_invoice(LineItems=[build_line(UnitAmount=0.05) for _ in range(3)])
    assert sums(made) == (0.15, 0.03, 0.18)


def test_inclusive_amounts_have_their_tax_taken_out(app: XeroApp) -> None:
    """The total is the sum of the lines."""
    made = app.put_invoice(LineAmountTypes="Inclusive", LineItems=[build_line(UnitAmount=1890)])
    assert sums(made) == (1718.18, 171.82, 1890.0)


def test_no_tax_documents_have_no_tax_whatever_the_line_says(app: XeroApp) -> None:
    """NoTax lines show TaxType NONE."""
    made = app.put_invoice(LineAmountTypes="NoTax", LineItems=[build_line(TaxType="OUTPUT", TaxAmount=5)])
    assert sums(made) == (100.0, 0.0, 100.0)
    assert made["LineItems"][0]["TaxType"] == "NONE"


def test_a_tax_amount_overrides_and_survives_until_the_money_moves(app: XeroApp) -> None:
    """The override of a line stays with edits of other fields and goes with a new price."""
    made = app.put_invoice(LineItems=[build_line(TaxAmount=9.99)])
    assert made["TotalTax"] == 9.99
    assert app.post_invoice(made, Reference="x").json()["Invoices"][0]["TotalTax"] == 9.99
    line = {"LineItemID": made["LineItems"][0]["LineItemID"], "UnitAmount": 200}
    assert app.post_invoice(made, LineItems=[line]).json()["Invoices"][0]["TotalTax"] == 20.0


def test_prices_have_two_places_unless_four_are_asked_for(app: XeroApp) -> None:
    """unitdp=4 counts on writes and on reads alike."""
    body = {"LineItems": [build_line(Quantity=1000, UnitAmount=0.1234)]}
    assert app.put_invoice(**body)["LineItems"][0]["UnitAmount"] == 0.12
    made = app.call("PUT", "/Invoices", build_invoice(**body), unitdp=4).json()["Invoices"][0]
    assert (made["LineItems"][0]["UnitAmount"], made["SubTotal"]) == (0.1234, 123.4)
    key = made["InvoiceID"]
    assert app.read_invoice(key)["LineItems"][0]["UnitAmount"] == 0.12
    assert app.get(f"/Invoices/{key}", unitdp=4)["Invoices"][0]["LineItems"][0]["UnitAmount"] == 0.1234


@pytest.mark.parametrize(
    ("discount", "line_amount"),
    [({"DiscountRate": 12.5}, 175.0), ({"DiscountAmount": 20}, 180.0), ({"DiscountRate": 0}, 200.0)],
)
def test_line_amounts_are_after_discount(
    app: XeroApp, discount: dict[str, float], line_amount: float
) -> None:
    """By rate or by amount; nothing is a discount of nothing."""
    made = app.put_invoice(LineItems=[build_line(Quantity=2, **discount)])
    assert made["LineItems"][0]["LineAmount"] == line_amount
    assert made.get("TotalDiscount", 0.0) == 200.0 - line_amount
    assert made["IsDiscounted"] is (line_amount != 200.0)


def test_bills_cannot_be_discounted(app: XeroApp) -> None:
    """Discounts are for sales invoices and quotes."""
    bill = build_invoice(Type="ACCPAY", LineItems=[build_line(AccountCode="429", DiscountRate=5)])
    assert messages_of(app.call("PUT", "/Invoices", bill)) == [
        "Discounts are only supported on ACCREC invoices and quotes."
    ]


def test_a_line_may_be_nothing_but_words(app: XeroApp) -> None:
    """Description-only lines have no price, no account, no money."""
    made = app.put_invoice(LineItems=[{"Description": "Thank you"}, build_line()])
    words = made["LineItems"][0]
    assert (words["Description"], words["LineAmount"]) == ("Thank you", 0.0)
    assert not {"UnitAmount", "Quantity", "AccountCode", "TaxType"} & words.keys()
    assert made["Total"] == 110.0


def test_negative_lines_are_allowed_while_the_total_is_not_negative(app: XeroApp) -> None:
    """A deposit taken off again."""
    assert sums(app.put_invoice(LineItems=[build_line(), build_line(UnitAmount=-40)])) == (60.0, 6.0, 66.0)


def test_an_invoice_of_nothing_is_paid_at_once(app: XeroApp) -> None:
    """Zero due on an approved invoice is PAID."""
    assert app.put_invoice(LineItems=[build_line(UnitAmount=0)])["Status"] == "PAID"


@pytest.mark.parametrize(("country", "tax_type", "tax"), [("NZ", "OUTPUT2", 15.0), ("GB", "OUTPUT2", 20.0)])
def test_each_country_has_its_own_rates_and_money(country: str, tax_type: str, tax: float) -> None:
    """The sales account's own tax type applies when none is sent."""
    with serve_in_thread(Start(country=country)) as xero:
        app = XeroApp(xero).connect()
        made = app.put_invoice()
        app.http.close()
        assert (made["LineItems"][0]["TaxType"], made["TotalTax"]) == (tax_type, tax)
        assert made["CurrencyCode"] == {"NZ": "NZD", "GB": "GBP"}[country]
