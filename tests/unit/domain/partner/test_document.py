"""The partner's document and the canonical form, both ways."""

from decimal import Decimal
from typing import Any

import pytest

from app.domain.partner.document import (
    IMPLIED_PAYMENT,
    shown_status,
    to_document,
    to_line,
    to_payment,
    with_implied_at_most,
)
from app.domain.record.sides import Side, project
from tests.unit.domain.documents import (
    CONTACTS,
    DOCUMENT,
    IMPLIED,
    P1,
    payments_of,
    read,
    without,
)
from tests.unit.domain.samples import RECORD, credit, payment, record


def test_the_sample_document_and_the_sample_record_say_the_same() -> None:
    """One invoice in two forms."""
    assert read(DOCUMENT) == project(Side.PARTNER, RECORD)
    assert to_document("inv_8801", project(Side.PARTNER, RECORD), CONTACTS, Decimal(1100)) == DOCUMENT


def test_credits_that_are_not_said_stay_as_they_were() -> None:
    """Left out or null says nothing, an empty list says that there are none."""
    held = credit("c1", "40", reason="Late")
    for unsaid in (without("credits"), without(credits=None)):
        assert {path: value for path, value in read(unsaid, held).items() if path in held} == held
    assert not any(path.startswith("credits/") for path in read(without(credits=[]), held))


def test_a_number_or_a_reason_that_an_app_drops_is_no_other_credit() -> None:
    """What Xero numbered keeps its number, or the credit would be taken back and made anew."""
    held = credit("c1", "40", number="CN-1", reason="Late")
    said = {"id": "c1", "kind": "credit_note", "amount": "40.00", "applied_on": "2026-11-21"}
    seen = read(without(credits=[said]), held)
    assert {path: value for path, value in seen.items() if path.startswith("credits/")} == held
    other = read(without(credits=[said | {"number": "CN-2"}]), held)
    assert other["credits/c1/number"] == "CN-2"


def test_what_paid_implies_leaves_out_what_credits_cover() -> None:
    """A deposit of 100.00 on 1,100.00: "paid" means a payment of the other thousand."""
    deposit = {"id": "d1", "kind": "prepayment", "amount": "100.00", "applied_on": "2026-11-20"}
    fields = read(without(status="paid", credits=[deposit]))
    assert fields[IMPLIED + "amount"] == "1000"
    covered = read(without(status="paid", credits=[deposit | {"amount": "1100.00"}]))
    assert payments_of(covered) == {}
    assert shown_status(covered, Decimal(1100)) == "paid"


def test_texts_numbers_and_instants_become_canonical() -> None:
    """Two ways to write one thing are one value, so that no comparison takes them for an edit."""
    line = {
        **DOCUMENT["lines"][0],
        "quantity": "1.0",
        "unit_price": "880.0000",
        "discount_rate": "0.00",
        "item_code": "",
    }
    document = without(
        lines=[line, DOCUMENT["lines"][1]],
        sent_at="2026-11-20T14:15:00+11:00",
        payments=[{**P1, "method": ""}],
    )
    expected = project(Side.PARTNER, RECORD) | payment("p1", "500", method=None)
    assert read(document) == expected


def test_empty_texts_say_nothing() -> None:
    """An empty text and no text mean the same on both sides."""
    fields = read(without(number="", reference="", url=""))
    assert (fields["number"], fields["reference"], fields["url"]) == (None, None, None)


def test_optional_fields_may_be_left_out() -> None:
    """What is not said is nothing; only payments are let be when they are not said."""
    bare_line = {"id": "l1", "unit_price": "5"}
    fields = read(
        without("number", "sent_at", "due_on", "reference", "url", "job", "payments", lines=[bare_line])
    )
    for path in ("number", "sent_at", "due_on", "reference", "url", "job", "lines/l1/description"):
        assert fields[path] is None
    assert fields["lines/l1/quantity"] is None


@pytest.mark.parametrize("document", [without("payments"), without(payments=None)], ids=["left out", "null"])
def test_payments_that_are_not_said_stay_as_they_are(document: dict[str, Any]) -> None:
    """An app that does not keep payments must not delete Xero's by saying nothing."""
    held = RECORD | payment("xero-7", "300", method=None)
    assert payments_of(read(document, held)) == payment("xero-7", "300", method=None)


def test_payments_that_are_said_are_all_there_are() -> None:
    """An empty list takes back what was there."""
    held = RECORD | payment("xero-7", "300", method=None)
    assert payments_of(read(without(payments=[]), held)) == {}
    assert payments_of(read(without(payments=[P1]), held)) == payment("p1", "500", method="card")


def test_paid_without_payments_means_one_of_what_is_due() -> None:
    """On the day that the document came, by no method in particular."""
    assert payments_of(read(without(status="paid", payments=None))) == {
        IMPLIED + "amount": "1100",
        IMPLIED + "paid_on": "2026-11-22",
        IMPLIED + "method": None,
    }


def test_paid_with_some_payments_means_one_more_of_the_rest() -> None:
    """Part was paid before, and the app does not say how the rest came."""
    fields = read(without(status="paid", payments=[P1]))
    assert fields[IMPLIED + "amount"] == "600"
    assert fields["payments/p1/amount"] == "500"


def test_paid_with_payments_that_cover_it_implies_none() -> None:
    """Nothing is made up where the app says it all, overpaid or not."""
    for amount in ("1100.00", "1200.00"):
        fields = read(without(status="paid", payments=[{**P1, "amount": amount}]))
        assert list(payments_of(fields)) == list(payment("p1", "", method=None))


def test_an_implied_payment_keeps_its_day() -> None:
    """The same document again, or a later one, does not pay again at a later date."""
    held = RECORD | {
        IMPLIED + "amount": "1100",
        IMPLIED + "paid_on": "2026-11-01",
        IMPLIED + "method": "cash",
    }
    for document in (without("payments", status="paid"), without(status="paid")):
        assert payments_of(read(document, held)) == payments_of(held)


def test_no_longer_paid_takes_the_implied_payment_back() -> None:
    """The word alone had made it, so the word alone ends it; payments of others stay."""
    held = RECORD | {IMPLIED + "amount": "800", IMPLIED + "paid_on": "2026-11-01", IMPLIED + "method": None}
    held |= payment("xero-7", "300", method=None)
    assert payments_of(read(without("payments"), held)) == payment("xero-7", "300", method=None)


def test_not_paid_any_more_is_no_news_of_an_invoice_that_was_shown_so() -> None:
    """Another payment was taken off before, and the app was told: its word takes back nothing."""
    held = RECORD | {IMPLIED + "amount": "800", IMPLIED + "paid_on": "2026-11-01", IMPLIED + "method": None}
    assert payments_of(read(without("payments"), held)) == payments_of(held)
    paid = payments_of(read(without("payments", status="paid"), held))
    assert paid == payments_of(held) | {IMPLIED + "amount": "1100"}


@pytest.mark.parametrize(("listed", "amount"), [("1100.00", "1100"), ("800.00", "1100"), ("1200.00", "1200")])
def test_the_payment_that_paid_stands_for_may_be_listed(listed: str, amount: str) -> None:
    """We show it under its name, so an app may keep it: it is one payment, and covers what the word says."""
    one = {"id": IMPLIED_PAYMENT, "amount": listed, "paid_on": "2026-11-03", "method": "cash"}
    assert payments_of(read(without(status="paid", payments=[one]))) == {
        IMPLIED + "amount": amount,
        IMPLIED + "paid_on": "2026-11-03",
        IMPLIED + "method": "cash",
    }


def test_where_nobody_knows_the_total_paid_takes_nothing_back() -> None:
    """What the word stood for while the taxes were known stays as it was, said or not."""
    held = RECORD | {IMPLIED + "amount": "800", IMPLIED + "paid_on": "2026-11-01", IMPLIED + "method": None}
    for document in (without("payments", "total", status="paid"), without("total", status="paid")):
        assert payments_of(read(document, held, total=lambda _fields: None)) == payments_of(held)


def test_cancelling_a_paid_invoice_takes_no_payment_back() -> None:
    """The word does not say that the money went back, nor does a list of others: that there are none at all says it."""
    one = payment("p1", "500", method="card")
    held = (
        RECORD
        | one
        | {
            IMPLIED + "amount": "600",
            IMPLIED + "paid_on": "2026-11-01",
            IMPLIED + "method": None,
        }
    )
    for document in (without("payments", status="cancelled"), without(status="cancelled", payments=[P1])):
        assert payments_of(read(document, held)) == payments_of(held)
    assert payments_of(read(without(status="cancelled", payments=[]), held)) == {}


def test_paid_in_full_by_others_leaves_nothing_implied() -> None:
    """The total fell, or the rest was paid in Xero: what the word had made up is not due any more."""
    rest = {IMPLIED + "amount": "400", IMPLIED + "paid_on": "2026-11-01", IMPLIED + "method": None}
    others = payment("xero-7", "1100", method=None)
    assert payments_of(read(without("payments", status="paid"), RECORD | rest | others)) == others


@pytest.mark.parametrize(("due", "amount"), [("500", "400"), ("400", "400"), ("150.50", "150.5")])
def test_an_implied_payment_is_of_no_more_than_is_due(due: str, amount: str) -> None:
    """Xero refuses a payment beyond what is due; payments that somebody made are let be."""
    others = payment("p1", "900", method="card")
    fields = others | {IMPLIED + "amount": "400", IMPLIED + "paid_on": "2026-11-01"}
    capped = with_implied_at_most(fields, Decimal(due))
    assert capped == fields | {IMPLIED + "amount": amount}
    assert with_implied_at_most(fields, Decimal(0)) == others
    assert with_implied_at_most(others, Decimal(0)) == others


@pytest.mark.parametrize("unknown", [None, Decimal(0)])
def test_where_the_lines_do_not_tell_the_total_the_documents_own_does(unknown: Decimal | None) -> None:
    """A tax that is not mapped yet leaves the sum unknown; what the customer was told is then due."""
    fields = read(without(status="paid"), total=lambda _fields: unknown)
    assert fields[IMPLIED + "amount"] == "1100"
    nobody_knows = read(without("total", status="paid"), total=lambda _fields: unknown)
    assert payments_of(nobody_knows) == {}


def test_paid_is_no_status_of_the_record() -> None:
    """It follows from the payments: the invoice is sent."""
    assert read(without(status="paid"))["status"] == "sent"
    assert read(without(status="cancelled"))["status"] == "cancelled"


@pytest.mark.parametrize(
    ("status", "amount", "total", "shown"),
    [
        ("sent", "1100", "1100", "paid"),
        ("sent", "1200", "1100", "paid"),
        ("sent", "1099.99", "1100", "sent"),
        ("sent", "1100", None, "sent"),
        ("sent", "0", "0", "sent"),
        ("cancelled", "1100", "1100", "cancelled"),
        ("draft", "1100", "1100", "draft"),
    ],
)
def test_a_sent_invoice_whose_payments_cover_it_is_shown_as_paid(
    status: str, amount: str, total: str | None, shown: str
) -> None:
    """Also when the payments were made in Xero."""
    fields = record({"status": status}) | payment("xero-7", amount, method=None)
    assert shown_status(fields, None if total is None else Decimal(total)) == shown


def test_what_is_not_known_is_shown_as_nothing() -> None:
    """An invoice born in Xero has no address in the app, no job, and a contact without details perhaps."""
    shown = to_document("xero-1", {"status": "sent", "contact": "xero-c"}, {}, None)
    assert shown["contact"] == {"id": "xero-c", "name": None, "email": None, "phone": None}
    assert (shown["job"], shown["url"], shown["total"], shown["lines"], shown["payments"]) == (
        None,
        None,
        None,
        [],
        [],
    )
    assert to_document("xero-1", {}, {}, None)["contact"] is None


def test_a_line_without_a_price_is_shown_without_one() -> None:
    """Xero's lines may be words alone."""
    line = to_line({"lines/l1/description": "Thank you", "lines/l1/unit_price": None}, "l1")
    assert (line["description"], line["unit_price"], line["quantity"]) == ("Thank you", None, None)


def test_lines_are_shown_in_their_order() -> None:
    """The order of the fields means nothing, `line_order` does."""
    fields = record({"line_order": ["l2", "l1"]})
    assert [line["id"] for line in to_document("", fields, {}, None)["lines"]] == ["l2", "l1"]


def test_prices_keep_four_places_and_amounts_show_cents() -> None:
    """Nothing is rounded on the way to the app."""
    assert to_line({"lines/l1/unit_price": "0.1234"}, "l1")["unit_price"] == "0.1234"
    assert to_payment(payment("p1", "5"), "p1")["amount"] == "5.00"
