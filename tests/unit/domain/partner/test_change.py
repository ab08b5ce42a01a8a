"""A change in the words of the partner's document: what it names, and that an app which follows it ends up right."""

from decimal import Decimal
from typing import Any

from hypothesis import given

from app.domain.partner.change import entries, moves_from_json, moves_to_json
from app.domain.partner.document import to_document
from app.domain.record.fields import ABSENT
from app.domain.record.hub import Hub
from app.domain.record.owed import next_change
from app.domain.record.sides import Side, project
from tests.unit.domain.samples import RECORD, payment, record, without_line
from tests.unit.domain.story import moved
from tests.unit.domain.strategies import properties, records

CONTACTS = {
    "cus_17": {"name": "Kim Tran", "email": None, "phone": None},
    "cus_18": {"name": "Sam Lee", "email": "sam@example.com", "phone": None},
}
TOTAL = Decimal(1100)
VIEW = project(Side.PARTNER, RECORD)
BASIS = {"amounts_are": ("tax_inclusive", "tax_inclusive")}
"""Named beside money of lines, which means nothing without it."""


def said(
    wanted: dict[str, Any],
    view: dict[str, Any] = VIEW,
    totals: tuple[Decimal | None, Decimal | None] = (TOTAL, TOTAL),
) -> dict[str, tuple[Any, Any]]:
    """The entries that bring the app from `view` to the projection of `wanted`: path -> before, after."""
    hub = Hub(record=wanted, partner_shadow=view, partner_version=1)
    change = next_change(hub)
    if change is None:
        return {}
    listed = entries(change.moves, view, project(Side.PARTNER, wanted), CONTACTS, totals)
    assert [sorted(entry) for entry in listed] == [["after", "before", "path"]] * len(listed)
    assert len({entry["path"] for entry in listed}) == len(listed)
    return {entry["path"]: (entry["before"], entry["after"]) for entry in listed}


def test_header_fields_are_said_as_the_document_says_them() -> None:
    """A field, what it was and what it is."""
    assert said(record({"reference": "PO 1178", "due_on": None})) == {
        "reference": ("PO 1177", "PO 1178"),
        "due_on": ("2026-12-04", None),
    }


def test_a_price_is_said_as_money() -> None:
    """Canonical text has no trailing zeros; the document has cents."""
    heard = said(record({"lines/l1/unit_price": "900"}))
    assert heard == BASIS | {"lines/l1/unit_price": ("880.00", "900.00")}


def test_a_contact_is_said_whole() -> None:
    """An id alone would mean nothing to an app that does not know the customer."""
    assert said(record({"contact": "cus_18"})) == {
        "contact": (
            {"id": "cus_17", "name": "Kim Tran", "email": None, "phone": None},
            {"id": "cus_18", "name": "Sam Lee", "email": "sam@example.com", "phone": None},
        )
    }


def test_a_line_that_comes_is_said_whole_and_then_its_place() -> None:
    """One entry for the line, one for the order, one for how its price is meant."""
    new = {
        f"lines/xero-5f/{path.rpartition('/')[2]}": RECORD[path]
        for path in RECORD
        if path.startswith("lines/l2/")
    }
    heard = said(record(new | {"line_order": ["xero-5f", "l1", "l2"]}))
    assert heard == BASIS | {
        "line_order": (["l1", "l2"], ["xero-5f", "l1", "l2"]),
        "lines/xero-5f": (
            None,
            {
                "id": "xero-5f",
                "description": "Fit it",
                "quantity": "2",
                "unit_price": "110.00",
                "category": None,
                "item_code": None,
                "discount_rate": None,
                "discount_amount": None,
                "tax": "gst",
            },
        ),
    }


def test_a_line_that_goes_is_said_whole() -> None:
    """What was removed is in the change, so that it can be shown."""
    heard = said(without_line(RECORD, "l2"))
    assert set(heard) == {"line_order", "lines/l2"}
    before, after = heard["lines/l2"]
    assert (before["description"], after) == ("Fit it", None)


def test_an_order_alone_moves_no_line() -> None:
    """Lines that change places are the same lines."""
    assert said(record({"line_order": ["l2", "l1"]})) == {"line_order": (["l1", "l2"], ["l2", "l1"])}


def test_a_payment_that_completes_the_invoice_makes_it_paid() -> None:
    """The payment and the status are said in one change."""
    assert said(RECORD | payment("xero-7", "1100", method=None)) == {
        "payments/xero-7": (
            None,
            {"id": "xero-7", "amount": "1100.00", "paid_on": "2026-11-21", "method": None},
        ),
        "status": ("sent", "paid"),
    }


def test_a_part_payment_leaves_the_status_alone() -> None:
    """It is sent until the payments cover the total."""
    assert set(said(RECORD | payment("xero-7", "500", method=None))) == {"payments/xero-7"}


def test_a_payment_that_is_taken_back_makes_it_sent_again() -> None:
    """The other way round."""
    heard = said(dict(RECORD), view=VIEW | payment("p1", "1100", method="card"))
    assert heard["status"] == ("paid", "sent")
    assert heard["payments/p1"][1] is None


def test_a_payment_is_said_whole_whatever_moved_in_it() -> None:
    """Payments are not edited: another amount is another payment under the same id."""
    heard = said(
        RECORD | payment("p1", "600", method="card"), view=VIEW | payment("p1", "500", method="card")
    )
    assert list(heard) == ["payments/p1"]
    before, after = heard["payments/p1"]
    assert (before["amount"], after["amount"]) == ("500.00", "600.00")


def test_a_price_that_payments_now_cover_makes_it_paid() -> None:
    """The status follows from both totals, not from the payments alone."""
    paid = payment("p1", "900", method="card")
    heard = said(
        record({"lines/l1/unit_price": "680"} | paid), view=VIEW | paid, totals=(TOTAL, Decimal(900))
    )
    assert heard == BASIS | {"lines/l1/unit_price": ("880.00", "680.00"), "status": ("sent", "paid")}


def test_a_void_is_said_as_cancelled() -> None:
    """The shown status is in the document's words."""
    paid = payment("p1", "1100", method=None)
    assert said(record({"status": "cancelled"})) == {"status": ("sent", "cancelled")}
    assert said(record({"status": "cancelled"} | paid), view=VIEW | paid) == {"status": ("paid", "cancelled")}


def test_an_unknown_invoice_is_said_whole_from_nothing() -> None:
    """Every path has nothing before; lines and payments come whole."""
    heard = said(RECORD | payment("xero-7", "100", method=None), view={}, totals=(None, TOTAL))
    assert {before for before, _ in heard.values()} == {None}
    assert {path for path in heard if "/" in path} == {"lines/l1", "lines/l2", "payments/xero-7"}
    assert heard["line_order"] == (None, ["l1", "l2"])
    assert heard["status"] == (None, "sent")


def test_a_line_that_came_and_went_unanswered_is_said_to_be_gone() -> None:
    """The app may have taken the line in between: nothing before, nothing after, and it can tell."""
    moves = {"lines/l9/description": (ABSENT, ABSENT)}
    assert entries(moves, VIEW, VIEW, CONTACTS, (TOTAL, TOTAL)) == [
        {"path": "lines/l9", "before": None, "after": None}
    ]


def test_kept_moves_are_the_moves() -> None:
    """What was sent is remembered as JSON, and absence is not null."""
    moves = {"reference": ("a", None), "lines/l1/tax": (ABSENT, "gst"), "payments/p1/amount": ("5", ABSENT)}
    stored = moves_to_json(moves)
    assert stored == {
        "reference": {"before": "a", "after": None},
        "lines/l1/tax": {"after": "gst"},
        "payments/p1/amount": {"before": "5"},
    }
    assert moves_from_json(stored) == moves


@properties
@given(before=records(), wanted=records(statuses=("sent", "cancelled")))
def test_an_app_that_follows_the_entries_shows_the_invoice(
    before: dict[str, Any], wanted: dict[str, Any]
) -> None:
    """Entry by entry, from the document that it had to the one that it must now show; every before is what it held."""
    view = project(Side.PARTNER, before)
    totals = (Decimal(30), Decimal(30))
    document = to_document("i", view, CONTACTS, totals[0])
    for path, (was, now) in said(wanted, view, totals).items():
        assert value_at(document, path) == was
        follow(document, path, now)
    shown = to_document("i", project(Side.PARTNER, wanted), CONTACTS, totals[1])
    order = document.pop("order", [line["id"] for line in document["lines"]])
    document["lines"].sort(key=lambda line: order.index(line["id"]))
    for each in (document, shown):
        each["payments"].sort(key=lambda payment: payment["id"])
    assert document == shown


def test_the_entries_of_an_applied_change_are_none() -> None:
    """The app that followed a change needs no other."""
    hub = Hub(record=record({"reference": "X"}), partner_shadow=VIEW, partner_version=1)
    change = next_change(hub)
    assert change is not None
    assert said(record({"reference": "X"}), view=moved(VIEW, change.moves)) == {}


def value_at(document: dict[str, Any], path: str) -> Any:
    """What the document holds at a path of the protocol."""
    if path == "line_order":
        return [line["id"] for line in document["lines"]]
    kind, _, rest = path.partition("/")
    if not rest:
        return document[path]
    key, _, name = rest.partition("/")
    found = next((each for each in document[kind] if each["id"] == key), None)
    return found[name] if found and name else found


def follow(document: dict[str, Any], path: str, after: Any) -> None:
    """Put a value where a path of the protocol says; the new order of the lines is kept for the end."""
    kind, _, rest = path.partition("/")
    key, _, name = rest.partition("/")
    if name:
        next(each for each in document[kind] if each["id"] == key)[name] = after
    elif rest:
        document[kind] = [each for each in document[kind] if each["id"] != key] + ([after] if after else [])
    elif path == "line_order":
        document["order"] = after
    else:
        document[path] = after


def test_what_paid_stood_for_is_said_when_the_word_goes() -> None:
    """Another payment went: the app, which had only the word, would else show less than is paid."""
    rest, other = payment("paid-in-full", "600", method=None), payment("p1", "500", method=None)
    heard = said(RECORD | rest, VIEW | rest | other)
    assert heard["status"] == ("paid", "sent")
    before, after = heard["payments/paid-in-full"]
    assert (before, after["amount"]) == (None, "600.00")
    assert "payments/paid-in-full" not in said(record({"reference": "x"}) | rest, VIEW | rest)
