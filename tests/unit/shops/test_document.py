"""The document that an order makes: sums to the cent, discounts apart, what went back, and what cannot be told."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.record.money import line_amount
from app.intake.document import Document
from app.shops.document import build_document, find_order_id, find_version
from app.shops.order import (
    BookedUnder,
    Customer,
    Customers,
    LineKind,
    OrderLine,
    OrderPayment,
    OrderRefund,
    OrderState,
    ShopOrder,
)
from app.shops.platform import OrderUnreadable

PLACED_AT = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)
DAY = date(2026, 11, 20)


def money(text: str) -> Decimal:
    """An amount."""
    return Decimal(text)


def line(
    line_id: str,
    amount: str,
    *,
    quantity: str = "1",
    discount: str = "0",
    tax: str | None = "GST",
    **more: Any,
) -> OrderLine:
    """A product's line."""
    return OrderLine(
        id=line_id,
        kind=more.pop("kind", LineKind.PRODUCT),
        title=more.pop("title", f"Tap {line_id}"),
        quantity=money(quantity),
        amount=money(amount),
        discount=money(discount),
        tax=tax,
        **more,
    )


def order(*lines: OrderLine, total: str | None = None, **more: Any) -> ShopOrder:
    """An order that was placed, and comes to what its lines do unless said otherwise."""
    usual = ShopOrder(
        id="5120",
        number="W-5120",
        state=OrderState.PLACED,
        placed_at=PLACED_AT,
        placed_on=DAY,
        changed_at=PLACED_AT,
        currency="AUD",
        total=money(total) if total else sum((each.amount for each in lines), Decimal(0)),
        customer=Customer("17", "Kim Tran", "kim@example.com"),
        lines=lines,
    )
    return replace(usual, **more)


def paid(payment_id: str, amount: str, day: date = DAY, **more: Any) -> OrderPayment:
    """Money that came in by card."""
    return OrderPayment(payment_id, money(amount), day, "stripe", **more)


def refund(refund_id: str, amount: str, repaid: str | None = None, day: date = DAY) -> OrderRefund:
    """What was given back, all of it in money unless said otherwise."""
    return OrderRefund(refund_id, money(amount), money(amount if repaid is None else repaid), day, "Broken")


def build(one: ShopOrder) -> dict[str, Any]:
    """The document, which intake's schema takes."""
    document = build_document("woocommerce", one)
    Document.model_validate(document)
    return document


def amounts(document: Mapping[str, Any]) -> list[tuple[str, Decimal]]:
    """Each line's id and what it comes to."""
    return [
        (each["id"], line_amount(Decimal(each["quantity"]), Decimal(each["unit_price"])))
        for each in document["lines"]
    ]


def test_an_order_becomes_a_document() -> None:
    """Whole, with its customer, its day and its state; the version is the instant of its last change."""
    document = build(
        order(
            line("1", "22.00", quantity="2", sku="TAP-15"),
            line("2", "11.00", kind=LineKind.SHIPPING, title="Flat rate"),
            payments=(paid("p1", "33.00", fee=money("0.87")),),
            note="Leave it at the door",
            url="https://shop.example/orders/5120",
        )
    )
    assert {
        name: document[name] for name in ("id", "number", "version", "based_on", "status", "sent_at")
    } == {
        "id": "woocommerce.5120",
        "number": "W-5120",
        "version": 1763608500000 + 365 * 86_400_000,
        "based_on": 0,
        "status": "sent",
        "sent_at": "2026-11-20T03:15:00+00:00",
    }
    assert (document["amounts_are"], document["total"], document["reference"]) == (
        "tax_inclusive", "33.00", "Leave it at the door",
    )  # fmt: skip
    assert document["contact"]["id"] == "woocommerce.17"
    assert document["lines"] == [
        {
            "id": "1", "description": "Tap 1", "quantity": "2", "unit_price": "11.00",
            "category": None, "item_code": "TAP-15", "tax": "GST",
        },
        {
            "id": "2", "description": "Flat rate", "quantity": "1", "unit_price": "11.00",
            "category": "shipping", "item_code": None, "tax": "GST",
        },
    ]  # fmt: skip
    assert document["payments"] == [
        {"id": "p1", "amount": "33.00", "paid_on": "2026-11-20", "method": "stripe", "fee": "0.87"}
    ]


def test_a_discount_is_a_line_of_its_own_for_each_tax() -> None:
    """The lines stand there before it, so that it can go to an account of its own, with the right tax."""
    document = build(
        order(
            line("1", "90.00", discount="10.00"),
            line("2", "45.00", discount="5.00", tax=None),
            line("3", "9.00", discount="1.00"),
        )
    )
    assert [value for _, value in amounts(document)] == [
        money(text) for text in ("100.00", "50.00", "10.00", "-5.00", "-11.00")
    ]
    taken_off = [each for each in document["lines"] if each["category"] == "discount"]
    assert [each["tax"] for each in taken_off] == [None, "GST"]
    alone = build(order(line("1", "90.00", discount="10.00")))["lines"][-1]
    assert alone["id"] == taken_off[1]["id"], "another tax beside it makes it no other line"


def test_a_quantity_whose_price_cannot_be_written_is_one_of_all() -> None:
    """A thousandth of a cent for each of many would be cents in the sum."""
    document = build(order(line("1", "100.01", quantity="30000")))
    assert document["lines"][0]["description"] == "30000 x Tap 1"
    assert amounts(document) == [("1", money("100.01"))]
    thirds = build(order(line("1", "10.00", quantity="3")))["lines"][0]
    assert (thirds["quantity"], thirds["unit_price"]) == ("3", "3.3333")


def test_a_cent_for_each_line_is_rounding_and_more_is_refused() -> None:
    """A shop may round its taxes on the sum; what is more than that is a line that we do not see."""
    lines = (line("1", "10.00"), line("2", "10.00"))
    assert amounts(build(order(*lines, total="20.02")))[-1] == ("rounding", money("0.02"))
    assert build(order(*lines, total="19.98"))["lines"][-1]["tax"] is None
    with pytest.raises(OrderUnreadable, match=r"lines come to 20\.00, and its total is 20\.03"):
        build_document("woocommerce", order(*lines, total="20.03"))
    with pytest.raises(OrderUnreadable, match=r"lines come to 0\.00, and its total is 5\.00"):
        build_document("woocommerce", order(total="5.00"))


def test_what_is_no_invoice_yet_stays_home_and_what_is_none_any_more_is_cancelled() -> None:
    """Neither must add up: one is half written, the other must be told whatever it came to."""
    unplaced = build(order(line("1", "10.00"), total="12.00", state=OrderState.UNPLACED))
    assert (unplaced["status"], unplaced["sent_at"], unplaced["payments"]) == ("draft", None, [])
    cancelled = build(order(line("1", "10.00"), total="12.00", state=OrderState.CANCELLED))
    assert (cancelled["status"], cancelled["payments"], cancelled["credits"]) == ("cancelled", [], [])


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (order(line("1", "1000"), currency="JPY"), "in JPY, whose amounts do not have two decimal places"),
        (order(line("1", "-5.00")), r"total is -5\.00; an invoice cannot be below zero"),
        (order(total="0"), "has no lines"),
        (order(line("1", "5.00"), id="a b"), "Its id has characters"),
        (order(line("1", "5.00"), payments=(paid("p", "-5.00"),)), r"payment p is -5\.00, below zero"),
    ],
)
def test_what_cannot_be_told_says_why(one: ShopOrder, reason: str) -> None:
    """A sentence for a person, and never half an invoice."""
    with pytest.raises(OrderUnreadable, match=reason):
        build_document("woocommerce", one)


def test_what_went_back_is_a_credit_and_lowers_the_newest_payment() -> None:
    """A payment of which a part is left is another payment; one that went back whole is none."""
    one = order(
        line("1", "100.00"),
        payments=(paid("p1", "60.00"), paid("p2", "40.00", date(2026, 11, 21))),
        refunds=(
            refund("r1", "50.00", day=date(2026, 11, 21)),
            refund("r2", "5.00", day=date(2026, 11, 22)),
        ),
    )
    document = build(one)
    assert [(each["id"], each["amount"]) for each in document["payments"]] == [("p1.less.15.00", "45.00")]
    assert [(each["id"], each["amount"], each["kind"]) for each in document["credits"]] == [
        ("r1", "50.00", "credit_note"), ("r2", "5.00", "credit_note"),
    ]  # fmt: skip
    again = build(replace(one, refunds=(*one.refunds, refund("r3", "10.00", day=date(2026, 11, 23)))))
    assert [(each["id"], each["amount"]) for each in again["payments"]] == [("p1.less.25.00", "35.00")]


def test_a_refund_is_of_a_payment_that_was_made_by_then() -> None:
    """A customer who was given all back and pays anew has paid on the day of the second payment."""
    one = order(
        line("1", "100.00"),
        payments=(paid("p1", "100.00"), paid("p2", "100.00", date(2026, 11, 23))),
        refunds=(refund("r1", "100.00", day=date(2026, 11, 21)),),
    )
    assert [each["id"] for each in build(one)["payments"]] == ["p2"]


@given(st.permutations(["10.00", "20.00", "30.00", "15.00"]), st.booleans())
def test_no_payment_has_two_amounts_in_whatever_order_a_shop_lists_its_refunds(
    amounts: list[str], is_newest_first: bool
) -> None:
    """Refunds of one day come one after the other; payments are listed either way round too."""
    named = dict[str, str]()
    payments = [paid("p1", "60.00"), paid("p2", "40.00")]
    for count in range(len(amounts) + 1):
        refunds = [refund(f"r{place}", amount) for place, amount in enumerate(amounts[:count])]
        listed = (refunds[::-1], payments[::-1]) if is_newest_first and count % 2 else (refunds, payments)
        document = build(order(line("1", "100.00"), refunds=tuple(listed[0]), payments=tuple(listed[1])))
        for each in document["payments"]:
            assert named.setdefault(each["id"], each["amount"]) == each["amount"]


def test_a_customer_is_known_by_id_by_e_mail_or_by_the_order() -> None:
    """A guest who comes again is the same customer, however the e-mail is written."""

    def contact(customer: Customer) -> dict[str, Any]:
        found: dict[str, Any] = build(order(line("1", "5.00"), customer=customer))["contact"]
        return found

    guest = contact(Customer(None, " ", "Kim@Example.com"))
    assert guest["name"] == "Kim@Example.com"
    assert guest["id"] == contact(Customer(None, "Kim", "kim@example.com "))["id"]
    assert guest["id"].startswith("guest-")
    nobody = contact(Customer(None, ""))
    assert (nobody["id"], nobody["name"]) == ("guest-woocommerce.5120", "Guest of order W-5120")
    assert contact(Customer("a b", "Kim"))["id"].startswith("id-")


def test_customers_are_told_apart_by_e_mail_or_not_at_all_where_that_was_chosen() -> None:
    """By e-mail a guest who opens an account is the same customer, and two people of one name are two."""

    def contact(customer: Customer, booked_under: BookedUnder) -> dict[str, Any]:
        one = order(line("1", "5.00"), customer=customer)
        document = build_document("woocommerce", one, booked_under)
        Document.model_validate(document)
        return dict(document["contact"])

    by_email, one = BookedUnder(Customers.BY_EMAIL), BookedUnder(Customers.ONE, "Web sales")
    guest = contact(Customer(None, "Kim Tran", "Kim@example.com"), by_email)
    registered = contact(Customer("26", "Kim Tran", "kim@example.com"), by_email)
    other = contact(Customer("27", "Kim Tran", "kim@example.org"), by_email)
    assert guest["id"] == registered["id"] != other["id"]
    assert (registered["name"], other["name"]) == ("Kim Tran (kim@example.com)", "Kim Tran (kim@example.org)")
    assert contact(Customer("28", "Kim Tran"), by_email)["id"] == "woocommerce.28"
    assert len(contact(Customer("29", "K" * 300, "kim@example.com"), by_email)["name"]) == 255
    web = {"id": "woocommerce:customers", "name": "Web sales", "email": None, "phone": None}
    assert contact(Customer("26", "Kim Tran", "kim@example.com", "0400 000 000"), one) == web


def test_an_order_is_found_again_by_its_invoice() -> None:
    """Of another platform, or of the partner itself, it is none of this shop's."""
    assert find_order_id("woocommerce", build(order(line("1", "5.00")))["id"]) == "5120"
    assert find_order_id("ebay", "woocommerce.5120") is None


def test_a_version_counts_milliseconds_without_a_float() -> None:
    """To the last of them."""
    assert find_version(datetime(1970, 1, 1, 0, 0, 1, 1_999, tzinfo=UTC)) == 1001


CENTS = st.integers(0, 10**7).map(lambda count: Decimal(count) / 100)
QUANTITIES = st.one_of(
    st.integers(1, 2_000).map(Decimal), st.integers(1, 99_999).map(lambda count: Decimal(count) / 1_000)
)
REFUNDS = st.lists(st.tuples(CENTS, CENTS, CENTS), max_size=4)
LINES = st.lists(
    st.tuples(CENTS, CENTS, QUANTITIES, st.sampled_from([None, "GST", "VAT 20%"])), min_size=1, max_size=8
)


@given(LINES, st.integers(-8, 8), st.lists(CENTS, max_size=4), REFUNDS)
def test_lines_come_to_the_total_and_what_is_paid_and_credited_never_exceeds_it(
    drawn: list[tuple[Decimal, Decimal, Decimal, str | None]],
    off: int,
    payments: list[Decimal],
    refunds: list[tuple[Decimal, Decimal, Decimal]],
) -> None:
    """Whatever is drawn: each line to the cent, and money that went back in no payment any more.

    With credits payments never exceed the total. Of an order that has more given back, or owed, there is no document.
    """
    lines = tuple(
        OrderLine(str(place), LineKind.PRODUCT, "Tap", quantity, amount, discount, tax)
        for place, (amount, discount, quantity, tax) in enumerate(drawn)
    )
    off = max(-len(lines), min(len(lines), off))
    total = max(Decimal(0), sum((each.amount for each in lines), Decimal(0)) + Decimal(off) / 100)
    one = order(
        *lines,
        total=str(total),
        payments=tuple(OrderPayment(f"p{n}", amount, DAY, None) for n, amount in enumerate(payments)),
        refunds=tuple(
            OrderRefund(f"r{n}", repaid + promised + owed, repaid, DAY, None, promised)
            for n, (repaid, promised, owed) in enumerate(refunds)
        ),
    )
    if sum((each.amount for each in one.refunds), Decimal(0)) > total:
        with pytest.raises(OrderUnreadable, match="of it was given back, and its total is"):
            build(one)
        return
    went_back = sum((each.repaid for each in one.refunds), Decimal(0))
    kept = max(Decimal(0), sum(payments, Decimal(0)) - went_back)
    credited = sum((each.credited for each in one.refunds), Decimal(0))
    if credited and credited + kept > total:
        with pytest.raises(OrderUnreadable, match="is owed to the customer"):
            build(one)
        return
    document = build(one)
    assert sum(value for _, value in amounts(document)) == total == Decimal(document["total"])
    assert kept == sum((Decimal(each["amount"]) for each in document["payments"]), Decimal(0))
    assert credited == sum((Decimal(each["amount"]) for each in document["credits"]), Decimal(0))
    ids = [each["id"] for each in (*document["payments"], *document["credits"], *document["lines"])]
    assert len(ids) == len(set(ids))
