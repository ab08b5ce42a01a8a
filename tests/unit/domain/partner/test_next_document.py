"""The app's next document, made of its newest one and a single payment or credit."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.domain.connections.reckoning import find_amount_due
from app.domain.invoices.link import Document, InvoiceLink, Standing, State
from app.domain.partner.document import IMPLIED_PAYMENT, list_fees, to_document
from app.domain.partner.next_document import AppDocument, count_missing_versions
from app.domain.partner.partner_side import Reckoning, view_partner
from app.domain.record.fields import ABSENT
from app.domain.record.hub import Hub
from app.domain.record.money import covered
from tests.unit.domain.documents import CONTACTS, DOCUMENT, P1, read, total_of, without

NOTE = {"id": "c1", "kind": "credit_note", "amount": "100.00", "applied_on": "2026-11-21"}


def link(body: dict[str, Any], merged: bool = True, **hub: Any) -> InvoiceLink:
    """A link with a document, merged or not, and what was sent since."""
    whole = {"version": 3, "based_on": 0, **body}
    known = Hub(partner_shadow=read(whole), partner_version=3, **hub) if merged else Hub(**hub)
    document = Document(whole, 3, whole["based_on"], datetime(2026, 11, 22, tzinfo=UTC))
    return InvoiceLink(
        UUID(int=1), "inv_8801", None, 1, known, Standing(State.BEHIND), document, fees=list_fees(whole) or {}
    )


def held(of: InvoiceLink, upto: int | None = None) -> AppDocument:
    """The document as the app has it."""
    assert of.document is not None
    side = view_partner(of, Reckoning(total_of, lambda at: at.date().isoformat()), upto)
    return AppDocument.of("inv_8801", of.document.body, side, CONTACTS, of.fees, total_of(side.held))


NAMES, P1_FIELDS = ("amount", "paid_on", "method"), ("500", "2026-11-21", "card")
REFERENCE = {4: {"reference": ("PO 1177", "PO 9")}}


@pytest.mark.parametrize("merged", [True, False])
def test_a_payment_is_put_in_and_the_rest_stays_word_for_word(merged: bool) -> None:
    """Merged or not; one with its id is replaced where it stands, another comes last; the original is untouched."""
    made = held(link(without(payments=[P1]), merged))
    for payment, ids in ((P1 | {"amount": "7.00"}, ["p1"]), (P1 | {"id": "p2"}, ["p1", "p2"])):
        after = made.put_in("payments", payment)
        assert [each["id"] for each in after["payments"]] == ids
        assert after["payments"][-1] == payment
        assert {**after, "payments": [P1]} == dict(made.body)
    assert made.take_out("payments", "p1")["payments"] == []
    assert made.body["payments"] == [P1]


def test_what_the_app_has_applied_since_is_in_it() -> None:
    """A document alone would take our change back; up to what it is based on, and no further."""
    of = link(without(payments=[P1 | {"fee": "1.5"}], currency_rate="1.2"), sent=REFERENCE, acked_revision=4)
    after = held(of).put_in("credits", NOTE)
    assert (after["reference"], after["credits"], after["total"]) == ("PO 9", [NOTE], None)
    assert (after["payments"], after["currency_rate"]) == ([P1 | {"fee": "1.50"}], "1.2")
    assert read(after) == {**read(DOCUMENT), "reference": "PO 9"} | {
        path: value for path, value in read(after).items() if path.startswith(("credits/", "payments/"))
    }
    assert held(of, upto=3).put_in("credits", NOTE)["reference"] == "PO 1177"


def test_payments_that_were_not_said_are_said_with_the_new_one() -> None:
    """Or those that are known would be taken away; a fee that is known stays with its payment."""
    of = link(without(payments=None))
    shadow = {**of.hub.partner_shadow, **read(without(payments=[P1]))}
    known = replace(of, hub=replace(of.hub, partner_shadow=shadow), fees={"p1": "2"})
    after = held(known).put_in("payments", P1 | {"id": "p2"})
    assert after["payments"] == [P1 | {"fee": "2.00"}, P1 | {"id": "p2"}]


def test_paid_stands_for_the_rest_which_shrinks_and_never_grows() -> None:
    """A payment put beside the word takes from what it stood for; one taken out leaves that as it was (T23)."""
    made = held(link(without(status="paid", payments=[P1])))
    assert made.held[f"payments/{IMPLIED_PAYMENT}/amount"] == "600"
    more = read(made.put_in("payments", P1 | {"id": "p2"}))
    assert more[f"payments/{IMPLIED_PAYMENT}/amount"] == "100"
    less = made.take_out("payments", "p1")
    assert (less["status"], [each["id"] for each in less["payments"]]) == ("sent", [IMPLIED_PAYMENT])
    assert covered(read(less)) == 600
    none = made.take_out("payments", IMPLIED_PAYMENT)
    assert (none["status"], none["payments"]) == ("sent", [P1])
    assert (made.has("payments", IMPLIED_PAYMENT), made.has("payments", "p9")) == (True, False)


def test_paid_is_said_again_when_the_document_is_rebuilt() -> None:
    """What it stood for is no payment that the app listed."""
    of = link(without(status="paid", payments=[]), sent=REFERENCE, acked_revision=4)
    after = held(of).put_in("payments", P1)
    assert (after["status"], after["payments"], after["reference"]) == ("paid", [P1], "PO 9")
    assert covered(read(after)) == 1100


def test_what_paid_stood_for_is_said_once_the_invoice_is_paid_no_more() -> None:
    """Another payment was taken away since: the word would say that the rest is paid, and by how much more."""
    gone = {f"payments/p1/{name}": (value, ABSENT) for name, value in zip(NAMES, P1_FIELDS, strict=True)}
    made = held(link(without(status="paid", payments=[P1]), sent={4: gone}, acked_revision=4))
    after = made.put_in("payments", P1 | {"id": "p2", "amount": "30.00"})
    assert (after["status"], [each["id"] for each in after["payments"]]) == ("sent", [IMPLIED_PAYMENT, "p2"])
    assert covered(read(after)) == 630


def test_what_paid_stood_for_is_listed_once() -> None:
    """An app may list it itself, with a fee."""
    rest = {"id": IMPLIED_PAYMENT, "amount": "600.00", "paid_on": "2026-11-22", "method": None, "fee": "1.00"}
    made = held(link(without(status="paid", payments=[P1, rest])))
    assert made.take_out("payments", "p1")["payments"] == [rest]


@pytest.mark.parametrize(
    ("version", "acked", "applied", "missing"),
    [
        (8, 0, (), 0),
        (9, 0, (), 1),
        (9, 8, (5,), 0),
        (10, 8, (5,), 1),
        (9, 0, (5,), 0),
        (10, 0, (5,), 1),
        (10, 0, (5, 6), 0),
        (9, 0, (4,), 1),
    ],
    ids=[
        "the next", "one is missing", "after a change that told its version", "and one is missing",
        "after a change that told none", "and one is missing too", "after two such", "it had that change before",
    ],
)  # fmt: skip
def test_a_version_that_leaves_one_out_is_noticed(
    version: int, acked: int, applied: tuple[int, ...], missing: int
) -> None:
    """Each change that the app applies makes a version; beyond those, a gap is an edit that never arrived here."""
    counted = count_missing_versions(
        version, document_version=7, acked_version=acked, applied=applied, based_on=4
    )
    assert counted == missing


def test_fees_are_the_apps_alone() -> None:
    """No field of the canonical form, so nothing merges or sends them; shown again where their payment is (T22)."""
    body = without(payments=[P1 | {"fee": "8.75"}])
    fields = read(body)
    assert not any("fee" in path for path in fields)
    assert list_fees(body) == {"p1": "8.75"}
    assert list_fees(without(payments=None)) is None
    shown = to_document("inv_8801", fields, CONTACTS, None, {"p1": "8.75", "gone": "1"})
    assert shown["payments"] == body["payments"]


def test_what_is_due_on_a_side() -> None:
    """The total less what covers it, never below zero; nothing of a cancelled one; not known without a total."""
    fields = read(without(payments=[P1]))
    assert find_amount_due(fields, total_of(fields)) == 600
    assert find_amount_due(fields, None) is None
    assert find_amount_due(read(without(status="cancelled")), None) == 0
