"""Magento's amounts as an order's: tax included, in the base currency, whatever the shop's settings of tax are."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.shops.order import LineKind, OrderState, ShopOrder
from app.shops.platform import Unreadable
from app.shops.platforms.magento.orders import Books, read_order
from tests.shops.invoicing import find_due, invoice, list_lines, read, read_reason
from tests.shops.magento_shop import item, order, taxes

DATES = {"created_at": "2026-11-20 23:15:00", "updated_at": "2026-11-21 00:15:00"}


def build(
    *,
    items: list[dict[str, Any]] | None = None,
    invoices: tuple[float, ...] = (),
    memos: tuple[float, ...] = (),
    **fields: Any,
) -> ShopOrder | Unreadable:
    """Order 7, with what was paid and refunded of it."""
    kinds = [
        [
            {
                "entity_id": number + index,
                "state": 2,
                "base_grand_total": amount,
                "created_at": "2026-11-22 01:00:00",
            }
            for index, amount in enumerate(amounts)
        ]
        for number, amounts in ((71, invoices), (31, memos))
    ]
    return read_order({**DATES, **order(7, items=items, **fields)}, Books(*kinds), UTC)


def test_an_order_has_its_amounts_with_tax_in_the_base_currency() -> None:
    """The customer saw twice as many of another currency, in which nobody was charged."""
    told = read(build())
    assert (told.id, told.number, told.currency, told.total) == ("7", "000000007", "AUD", Decimal("115.50"))
    assert (told.placed_on, told.changed_at) == (
        date(2026, 11, 20),
        datetime(2026, 11, 21, 0, 15, tzinfo=UTC),
    )
    assert (told.customer.id, told.customer.name, told.customer.phone) == ("12", "Kim Tran", "0400 000 000")
    document = invoice("magento", told)
    assert list_lines(document) == [("Hat", "110.00", "GST"), ("Flat Rate - Fixed", "5.50", "GST")]
    assert [line["category"] for line in document["lines"]] == [None, "shipping"]
    assert document["lines"][0]["item_code"] == "HAT"
    assert find_due(document) == Decimal("115.50")


@pytest.mark.parametrize(
    ("amounts", "shown"),
    [
        # Prices without tax, 10 off before tax: 90, and 9 of tax on it.
        ({"base_row_total": 100, "base_tax_amount": 9, "base_row_total_incl_tax": 110}, "-11.00"),
        # Prices without tax, tax on the full price, then 10 off.
        ({"base_row_total": 100, "base_tax_amount": 10, "base_row_total_incl_tax": 110}, "-10.00"),
        # Prices with tax, 11 off what the customer sees: the compensation is the tax in the discount.
        (
            {
                "base_row_total": 100, "base_tax_amount": 9, "base_row_total_incl_tax": 110,
                "base_discount_amount": 11, "base_discount_tax_compensation_amount": 1,
            },
            "-11.00",
        ),
    ],
)  # fmt: skip
def test_a_discount_is_told_with_its_tax(amounts: dict[str, float], shown: str) -> None:
    """However the shop reckons tax and discount, the line stands before it, and what was taken off beside it."""
    hat = item(70, **{"base_discount_amount": 10, **amounts})
    document = invoice("magento", build(items=[hat], base_grand_total=110 + float(shown) + 5.5))
    assert list_lines(document) == [
        ("Hat", "110.00", "GST"), ("Flat Rate - Fixed", "5.50", "GST"), ("Discount", shown, "GST"),
    ]  # fmt: skip


def test_shipping_that_is_discounted_keeps_its_price() -> None:
    """Half of it was taken off."""
    document = invoice(
        "magento",
        build(base_grand_total=112.75, base_shipping_discount_amount=2.5, base_shipping_tax_amount=0.25),
    )
    assert list_lines(document)[1:] == [("Flat Rate - Fixed", "5.50", "GST"), ("Discount", "-2.75", "GST")]


def test_a_configurable_product_is_one_line() -> None:
    """The parent has the amounts, and the variant that was chosen has none."""
    parent = item(70, product_type="configurable", sku="HAT-RED-L", name="Hat")
    variant = item(
        71,
        parent_item_id=70,
        base_row_total=0,
        base_row_total_incl_tax=None,
        base_tax_amount=0,
        name="Hat red L",
    )
    document = invoice("magento", build(items=[parent, variant]))
    assert list_lines(document)[0] == ("Hat", "110.00", "GST")
    assert len(document["lines"]) == 2


def test_a_bundle_with_a_price_of_its_parts_is_its_parts() -> None:
    """The parent shows their sum, which would count twice; the discounts stand with the parts."""
    parent = item(
        70,
        product_type="bundle",
        name="Set",
        base_row_total=150,
        base_row_total_incl_tax=165,
        base_tax_amount=15,
    )
    parts = [
        item(71, parent_item_id=70, name="Hat"),
        item(
            72,
            parent_item_id=70,
            name="Scarf",
            base_row_total=50,
            base_row_total_incl_tax=55,
            base_tax_amount=5,
        ),
    ]
    extra = {"item_applied_taxes": taxes(71, 72)}
    told = build(items=[parent, *parts], extension_attributes=extra, base_grand_total=170.5)
    assert list_lines(invoice("magento", told))[:2] == [("Hat", "110.00", "GST"), ("Scarf", "55.00", "GST")]


def test_a_bundle_with_its_own_price_is_one_line() -> None:
    """Its parts cost nothing by themselves."""
    parent = item(70, product_type="bundle", name="Set")
    part = item(71, parent_item_id=70, base_row_total=0, base_row_total_incl_tax=0, base_tax_amount=0)
    document = invoice("magento", build(items=[parent, part]))
    assert [line[0] for line in list_lines(document)] == ["Set", "Flat Rate - Fixed"]


def test_several_taxes_of_a_line_are_told_in_one_order() -> None:
    """By their names."""
    applied = [{"title": "QST", "code": "Q"}, {"title": "GST", "code": "G"}]
    extra = {"item_applied_taxes": [{"type": "product", "item_id": 70, "applied_taxes": applied}]}
    told = read(build(extension_attributes=extra))
    assert [line.tax for line in told.lines] == ["GST + QST", "Tax"]


def test_a_tax_without_a_name_is_told_by_its_percentage() -> None:
    """Older shops, and orders that were imported, have no names."""
    assert read(build(extension_attributes={})).lines[0].tax == "Tax 10%"


def test_an_order_without_tax_has_no_tax() -> None:
    """Whatever taxes it names with nothing to pay."""
    free = item(70, base_tax_amount=0, base_row_total_incl_tax=100)
    told = build(
        items=[free], base_shipping_tax_amount=0, base_shipping_incl_tax=5, base_grand_total=105,
        extension_attributes={"item_applied_taxes": taxes(70)},
    )  # fmt: skip
    document = invoice("magento", told)
    assert document["amounts_are"] == "no_tax"
    assert {line["tax"] for line in document["lines"]} == {None}


def test_a_product_tax_and_wrapping_are_fees() -> None:
    """A fixed tax on the product (FPT), and what Adobe Commerce takes for wrapping."""
    extra = {
        "item_applied_taxes": taxes(70), "gw_base_price": "3.0000", "gw_base_tax_amount": 0.3,
        "gw_items_base_price": "",
    }  # fmt: skip
    hat = item(70, base_weee_tax_applied_row_amnt=2)
    told = build(items=[hat], extension_attributes=extra, base_grand_total=120.8)
    document = invoice("magento", told)
    fees = [line for line in document["lines"] if line["category"] == "fees"]
    assert [(line["description"], line["unit_price"]) for line in fees] == [
        ("Product tax: Hat", "2.00"), ("Gift wrapping", "3.30"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("new", OrderState.PLACED),
        ("pending_payment", OrderState.UNPLACED),
        ("payment_review", OrderState.UNPLACED),
        ("processing", OrderState.PLACED),
        ("complete", OrderState.PLACED),
        ("closed", OrderState.PLACED),
        ("canceled", OrderState.CANCELLED),
        ("holded", OrderState.PLACED),
    ],
)
def test_every_state_of_magento_has_its_meaning(state: str, expected: OrderState) -> None:
    """What waits for a payment is not placed; what is paid later is."""
    assert read(build(state=state)).state is expected


def test_an_order_on_hold_is_as_it_was_before() -> None:
    """One that waited for its payment goes on waiting."""
    assert read(build(state="holded", hold_before_state="pending_payment")).state is OrderState.UNPLACED


def test_an_order_that_was_paid_in_part_and_then_cancelled_owes_nothing_more() -> None:
    """What was cancelled is credited, and what was paid stays."""
    told = build(invoices=(60.5,), base_total_canceled=55, state="canceled")
    document = invoice("magento", told)
    assert read(told).state is OrderState.PLACED
    assert [each["amount"] for each in document["payments"]] == ["60.50"]
    assert [each["amount"] for each in document["credits"]] == ["55.00"]
    assert find_due(document) == 0


def test_a_refund_lowers_what_was_paid() -> None:
    """The total is what was kept and what was credited."""
    document = invoice("magento", build(invoices=(115.5,), memos=(15.5,), state="complete"))
    assert [each["amount"] for each in document["payments"]] == ["100.00"]
    assert [(each["amount"], each["applied_on"]) for each in document["credits"]] == [("15.50", "2026-11-22")]
    assert find_due(document) == 0


def test_invoices_that_are_not_paid_and_memos_that_were_cancelled_count_for_nothing() -> None:
    """Only money is a payment."""
    open_one = {"entity_id": 71, "state": 1, "base_grand_total": 115.5, "created_at": "2026-11-22 01:00:00"}
    cancelled = {"entity_id": 31, "state": 3, "base_grand_total": 15.5, "created_at": "2026-11-22 01:00:00"}
    told = read(read_order({**DATES, **order(7)}, Books([open_one], [cancelled]), UTC))
    assert (told.payments, told.refunds) == ((), ())


def test_gift_cards_and_credit_pay_for_an_order() -> None:
    """Adobe Commerce takes them off the grand total, but what was bought costs as much as before."""
    extra = {
        "item_applied_taxes": taxes(70),
        "base_gift_cards_amount": 50,
        "base_customer_balance_amount": "5.5000",
    }
    told = build(invoices=(60,), extension_attributes=extra, base_grand_total=60, state="processing")
    document = invoice("magento", told)
    assert document["total"] == "115.50"
    assert [(each["id"], each["amount"], each["method"]) for each in document["payments"]] == [
        ("gift-card", "50.00", "gift card"), ("store-credit", "5.50", "store credit"), ("71", "60.00", "checkmo"),
    ]  # fmt: skip
    assert find_due(document) == 0


def test_a_cancelled_order_keeps_no_payment_by_gift_card() -> None:
    """What was taken off the card was put back."""
    extra = {"item_applied_taxes": taxes(70), "base_gift_cards_amount": 50}
    told = read(build(extension_attributes=extra, base_grand_total=65.5, state="canceled"))
    assert (told.state, told.payments) == (OrderState.CANCELLED, ())


def test_a_guest_is_known_by_the_email() -> None:
    """There is no customer's number."""
    told = build(customer_id=None, customer_is_guest=1, customer_firstname=None, customer_lastname=None)
    assert read(told).customer.name == "Kim Tran"
    assert invoice("magento", told)["contact"]["id"].startswith("guest-")


def test_a_company_is_billed_by_its_name() -> None:
    """As the billing address has it."""
    address = {"firstname": "Kim", "lastname": "Tran", "company": "Tran Plumbing", "telephone": None}
    assert read(build(billing_address=address)).customer.name == "Tran Plumbing"


def test_four_places_become_cents() -> None:
    """Magento keeps four, as text where the shop is old."""
    hat = item(70, base_row_total="33.3333", base_row_total_incl_tax="36.6667", base_tax_amount="3.3333")
    hat |= {"base_discount_amount": "0.0000", "base_discount_tax_compensation_amount": "0.0000"}
    told = read(build(items=[hat], base_grand_total="42.1700"))
    assert (told.lines[0].amount, told.lines[0].discount, told.total) == (
        Decimal("36.67"), Decimal(0), Decimal("42.17"),
    )  # fmt: skip


def test_an_order_of_another_form_says_what_it_lacks() -> None:
    """And is told apart all the same."""
    assert read_reason(build(items=[{"item_id": 70}])) == "Its qty_ordered is missing."


def test_a_line_keeps_its_kind() -> None:
    """Products, shipping."""
    assert [line.kind for line in read(build()).lines] == [LineKind.PRODUCT, LineKind.SHIPPING]
