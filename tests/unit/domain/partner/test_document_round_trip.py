"""The partner's document and the canonical form, there and back: nothing is lost, whatever it says."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.domain.partner.document import list_fees, shown_status, to_document
from app.domain.record.money import money_text
from app.domain.record.sides import Side, project
from tests.unit.domain.documents import CONTACTS, read, total_of, without
from tests.unit.domain.strategies import properties, records


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A document as this side writes it: canonical, whole, its total true and its status what the payments say."""
    words = st.sampled_from([None, "A", "B"])
    money = st.decimals("0.01", "9999", places=2).map(money_text)
    prices = st.sampled_from(["0.05", "20.50", "19.9999", "1890.00"])
    days = st.dates().map(lambda day: day.isoformat())
    sent_at = st.sampled_from([None, "2026-11-20T03:15:00Z", "2026-11-20T03:15:00.250Z"])
    lines = [
        {
            "id": key,
            "description": draw(words),
            "quantity": draw(st.sampled_from([None, "1", "0.5", "12"])),
            "unit_price": draw(st.none() | prices),
            "category": draw(words),
            "item_code": draw(words),
            "discount_rate": None if discount else draw(st.sampled_from([None, "10", "33.3333"])),
            "discount_amount": discount,
            "tax": draw(st.sampled_from([None, "gst", "vat"])),
        }
        for key in draw(st.sampled_from([[], ["l1"], ["l2", "l1"]]))
        for discount in [draw(st.sampled_from([None, "1.50"]))]
    ]
    payments = [
        {"id": key, "amount": draw(money), "paid_on": draw(days), "method": draw(words)}
        | draw(st.sampled_from([{}, {"fee": "1.50"}]))
        for key in draw(st.sampled_from([[], ["p1"], ["p2", "xero-1"]]))
    ]
    applied = [
        {
            "id": key,
            "kind": draw(st.sampled_from(["credit_note", "prepayment", "overpayment"])),
            "amount": draw(money),
            "applied_on": draw(days),
            "number": draw(words),
            "reason": draw(words),
        }
        for key in draw(st.sampled_from([[], ["c1"], ["c2", "xero-1"]]))
    ]
    document = without(
        number=draw(words),
        reference=draw(words),
        url=draw(words),
        job=draw(st.sampled_from([None, {"id": "j", "name": None}])),
        status=draw(st.sampled_from(["draft", "sent", "cancelled"])),
        sent_at=draw(sent_at),
        issued_on=draw(days),
        due_on=draw(st.none() | days),
        amounts_are=draw(st.sampled_from(["tax_inclusive", "tax_exclusive", "no_tax"])),
        lines=lines,
        payments=payments,
        credits=applied,
    )
    fields = read(document)
    total = total_of(fields)
    return document | {
        "total": None if total is None else money_text(total),
        "status": shown_status(fields, total),
    }


@properties
@given(document=documents())
def test_a_document_survives_the_way_there_and_back(document: dict[str, Any]) -> None:
    """What the app sent is what it is shown, to the letter; the fees of payments too, which nothing merges (T22)."""
    fields = read(document)
    fees = list_fees(document)
    assert to_document(document["id"], fields, CONTACTS, total_of(fields), fees) == document


@properties
@given(fields=records(statuses=("draft", "sent", "cancelled")))
def test_fields_survive_the_way_there_and_back(fields: dict[str, Any]) -> None:
    """What we show the app is what we read when it sends that back."""
    held = project(Side.PARTNER, fields)
    assert read(to_document("i", held, {}, total_of(fields)), held) == held
