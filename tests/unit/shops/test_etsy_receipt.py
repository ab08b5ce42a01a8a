"""A receipt of Etsy as an order: whose the taxes are, and what of the money is the seller's."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.shops.order import OrderState, ShopOrder
from app.shops.platform import Unreadable
from app.shops.platforms.etsy.receipts import read_receipt
from tests.shops.etsy_shop import money, receipt, transaction
from tests.shops.invoicing import find_due, invoice, list_lines, read, read_reason

SOLD_AT = int(datetime(2026, 11, 20, 3, 15, tzinfo=UTC).timestamp())
A_DAY = 86_400


def build(credentials: dict[str, str] | None = None, **fields: Any) -> ShopOrder | Unreadable:
    """Receipt 7, with these fields in place of its own."""
    return read_receipt(receipt(7, SOLD_AT) | fields, UTC, credentials or {})


def refund(cents: int, days: int = 1, **fields: Any) -> dict[str, Any]:
    """A refund so many days after the sale."""
    return {"amount": money(cents), "created_timestamp": SOLD_AT + days * A_DAY, "reason": "Broken", **fields}


def test_tax_that_etsy_collects_is_none_of_the_sellers() -> None:
    """It is in the grand total, and Etsy pays it over: neither the invoice nor the payment has it."""
    told = read(build())
    assert (told.id, told.currency, told.total, told.state) == (
        "7",
        "USD",
        Decimal("56.00"),
        OrderState.PLACED,
    )
    assert (told.placed_on, told.customer.id, told.customer.name) == (
        date(2026, 11, 20),
        "746422806",
        "Kim Tran",
    )
    document = invoice("etsy", told)
    assert list_lines(document) == [("Mug", "50.00", None), ("Shipping", "6.00", None)]
    assert document["amounts_are"] == "no_tax"
    assert [(each["amount"], each["method"]) for each in document["payments"]] == [("56.00", "cc")]
    assert find_due(document) == 0


def test_vat_in_the_prices_is_the_sellers() -> None:
    """It stays in the lines, and its word has the country, since each has its own rates."""
    told = build(grandtotal=money(5600), total_tax_cost=money(0), total_vat_cost=money(933), country_iso="DE")
    document = invoice("etsy", told)
    assert list_lines(document) == [("Mug", "50.00", "VAT DE"), ("Shipping", "6.00", "VAT DE")]
    assert document["total"] == "56.00"


def test_vat_on_top_of_the_prices_is_etsys() -> None:
    """As for what is imported."""
    told = read(build(grandtotal=money(6720), total_tax_cost=money(0), total_vat_cost=money(1120)))
    assert (told.total, {line.tax for line in told.lines}) == (Decimal("56.00"), {None})


@pytest.mark.parametrize(("country", "word"), [("AU", "GST"), ("US", "GST US"), (None, "GST")])
def test_a_seller_who_accounts_for_tax_names_it(country: str | None, word: str) -> None:
    """Etsy says nothing of the GST in Australian prices; what goes abroad has a word of its own."""
    told = read(build({"tax": "GST", "country": "AU"}, country_iso=country))
    assert {line.tax for line in told.lines} == {word}


def test_a_coupon_is_shared_among_what_was_bought() -> None:
    """In proportion to what each cost, to the cent."""
    bought = [
        transaction(70, SOLD_AT),
        transaction(71, SOLD_AT, title="Bowl", quantity=1, price=money(1000), sku=None),
        transaction(72, SOLD_AT, title="Cup", quantity=3, price=money(333)),
    ]
    told = build(
        transactions=bought, total_price=money(6999), discount_amt=money(1000), subtotal=money(5999),
        grandtotal=money(6599), total_tax_cost=money(0),
    )  # fmt: skip
    assert [str(line.discount) for line in read(told).lines] == ["7.14", "1.43", "1.43", "0"]
    assert list_lines(invoice("etsy", told)) == [
        ("Mug", "50.00", None), ("Bowl", "10.00", None), ("Cup", "9.99", None), ("Shipping", "6.00", None),
        ("Discount", "-10.00", None),
    ]  # fmt: skip


def test_a_coupon_for_free_shipping_takes_the_shipping_off() -> None:
    """It is documented as not being in the discount, so it shows in the grand total alone."""
    told = build(grandtotal=money(5450))
    assert list_lines(invoice("etsy", told)) == [
        ("Mug", "50.00", None), ("Shipping", "6.00", None), ("Discount", "-6.00", None),
    ]  # fmt: skip


@pytest.mark.parametrize(("grand", "is_told"), [(6350, True), (6050, False)])
def test_gift_wrap_is_a_fee_where_it_is_in_the_total(grand: int, is_told: bool) -> None:
    """The documentation does not say whether it is."""
    document = invoice("etsy", build(gift_wrap_price=money(300), grandtotal=money(grand)))
    fees = [line["unit_price"] for line in document["lines"] if line["category"] == "fees"]
    assert fees == (["3.00"] if is_told else [])


def test_what_does_not_add_up_is_not_guessed() -> None:
    """Both numbers are in the sentence."""
    assert read_reason(build(grandtotal=money(6000))) == (
        "Its grand total is 60.00, and its prices, shipping, gift wrap and taxes come to 60.50."
    )
    assert read_reason(build(total_price=money(4900), grandtotal=money(5950))) == (
        "Its transactions cost 50.00, and its total price is 49.00."
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"status": "paid"}, OrderState.PLACED),
        ({"status": "completed"}, OrderState.PLACED),
        ({"status": "open", "is_paid": False, "payment_method": "bt"}, OrderState.PLACED),
        ({"status": "open", "is_paid": False, "payment_method": "cc"}, OrderState.UNPLACED),
        ({"status": "payment processing", "is_paid": False}, OrderState.UNPLACED),
        ({"status": "canceled", "is_paid": False}, OrderState.CANCELLED),
        ({"status": "Canceled", "is_paid": True}, OrderState.PLACED),
        ({"status": "fully refunded"}, OrderState.PLACED),
        ({"status": "partially refunded"}, OrderState.PLACED),
    ],
)
def test_every_status_of_etsy_has_its_meaning(fields: dict[str, Any], expected: OrderState) -> None:
    """A card that is still being charged is not a sale yet; a bank transfer is one."""
    unpaid = [transaction(70, SOLD_AT, paid_timestamp=SOLD_AT if fields.get("is_paid", True) else None)]
    told = read(build(**{"transactions": unpaid, **fields}))
    assert told.state is expected
    assert bool(told.payments) is fields.get("is_paid", True)


def test_a_refund_is_told_without_its_part_of_etsys_tax() -> None:
    """In proportion, so that the whole comes to the whole however it is given back."""
    told = read(build(refunds=[refund(1000), refund(1000, days=2), refund(4050, days=3)]))
    assert [(each.id, str(each.amount)) for each in told.refunds] == [
        (str(SOLD_AT + A_DAY), "9.26"), (str(SOLD_AT + 2 * A_DAY), "9.25"), (str(SOLD_AT + 3 * A_DAY), "37.49"),
    ]  # fmt: skip
    document = invoice("etsy", told)
    assert document["payments"] == []
    assert find_due(document) == 0
    assert told.changed_at == datetime(2026, 11, 23, 3, 15, tzinfo=UTC)


def test_two_refunds_of_one_second_are_two() -> None:
    """Etsy gives them no ids."""
    told = read(build(refunds=[refund(1000), refund(500)]))
    assert [each.id for each in told.refunds] == [str(SOLD_AT + A_DAY), f"{SOLD_AT + A_DAY}.2"]


def test_a_refund_that_came_to_nothing_is_none() -> None:
    """Nor does it count as a change."""
    told = read(build(refunds=[refund(1000, status="failed")]))
    assert (told.refunds, told.changed_at) == ((), datetime(2026, 11, 20, 3, 15, tzinfo=UTC))


def test_a_cancelled_sale_that_was_paid_was_given_back() -> None:
    """Etsy cancels nothing else; what it does not list as a refund is credited too."""
    told = build(status="canceled", refunds=[refund(1000)], updated_timestamp=SOLD_AT + 2 * A_DAY)
    document = invoice("etsy", told)
    assert [(each["amount"], each["applied_on"]) for each in document["credits"]] == [
        ("9.26", "2026-11-21"), ("46.74", "2026-11-22"),
    ]  # fmt: skip
    assert document["payments"] == []
    assert find_due(document) == 0


def test_a_line_names_what_the_buyer_chose() -> None:
    """Variations and personalisation."""
    chosen = [{"formatted_name": "Colour", "formatted_value": "Blue"}]
    told = read(build(transactions=[transaction(70, SOLD_AT, variations=chosen)]))
    assert told.lines[0].title == "Mug (Colour: Blue)"


def test_money_in_other_divisors_is_read() -> None:
    """An amount is of its divisor; one of nothing is of no form that is documented."""
    thousandths = {"amount": 60500, "divisor": 1000, "currency_code": "USD"}
    assert read(build(grandtotal=thousandths)).total == Decimal("56.00")
    assert "DivisionByZero" in read_reason(build(grandtotal={**thousandths, "divisor": 0}))
