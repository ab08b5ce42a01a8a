"""Every kind of thing that happens to an invoice has its sentence."""

from typing import Any

import pytest

from app.domain.findings.history import Happened, tell
from app.domain.invoices.beside import list_beside

SAID: list[tuple[Happened, dict[str, Any], str]] = [
    (Happened.DOCUMENT, {"version": 7, "based_on": None}, "The app's version 7 was taken in."),
    (
        Happened.XERO_EVENT,
        {"category": "INVOICE", "event_type": "UPDATE", "dated_at": "2026-11-20T03:15:00+00:00"},
        "Xero told that something moved (invoice update, dated 2026-11-20 03:15:00 UTC).",
    ),
    (
        Happened.CONFLICT,
        {"path": "reference", "policy": "xero_wins", "winner": "xero"},
        "Both sides changed reference to different values: by xero_wins, the value of Xero stands.",
    ),
    (
        Happened.CONFLICT,
        {"path": "due_on", "policy": "hold", "winner": None},
        "Both sides changed due_on to different values: by hold, it waits for a person.",
    ),
    (Happened.CONFLICT_CLOSED, {"path": "due_on"}, "The conflict on due_on ended."),
    (Happened.DISCREPANCY, {"message": "Somebody changed it."}, "Somebody changed it."),
    (Happened.DISCREPANCY_CLOSED, {"because": "Both agree."}, "A difference ended: Both agree."),
    (
        Happened.DECIDED,
        {"action": "take_xero", "paths": ["reference", "due_on"], "note": "As agreed with Kim."},
        "A person decided to take Xero's value of reference, due_on: As agreed with Kim.",
    ),
    (
        Happened.DECIDED,
        {"action": "merged", "paths": [], "note": None},
        "A person decided to give it another value.",
    ),
    (
        Happened.DECISION_ENDED,
        {"action": "relink", "paths": [], "state": "not_possible", "reason": "Xero has no such invoice."},
        "The decision to link it to another one in Xero could not be carried out: Xero has no such invoice.",
    ),
    (
        Happened.ATTEMPT,
        {"action": "pay", "outcome": "refused", "message": "The books are locked."},
        "Booking a payment in Xero was refused: The books are locked.",
    ),
    (Happened.ATTEMPT, {"action": "dance", "outcome": "done", "message": None}, "An action in Xero (dance) was done."),
    (
        Happened.ATTEMPT,
        {"action": "link", "outcome": "adopted", "message": "Found in Xero by its code."},
        "It was linked to one that is in Xero: Found in Xero by its code.",
    ),
    (Happened.HELD, {"code": "number_taken", "message": None}, "It was held: number_taken."),
    (Happened.RELEASED, {"code": "number_taken"}, "It was no longer held for number_taken."),
    (Happened.CHANGE_SENT, {"revision": 13}, "Change 13 was put into the app's feed."),
    (
        Happened.CHANGE_ANSWERED,
        {"revision": 13, "state": "applied", "answer": "applied as version 8"},
        "Change 13 was applied by the app: applied as version 8.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "facts", "sentence"), SAID)
def test_each_is_told_in_a_sentence(kind: Happened, facts: dict[str, Any], sentence: str) -> None:
    """Words that the code does not know are told as they are."""
    assert tell(kind, facts) == sentence


def test_no_kind_is_without_one() -> None:
    """And of two at one instant each has its own place."""
    assert {kind for kind, *_ in SAID} == set(Happened)
    assert len({kind.rank for kind in Happened}) == len(Happened)


def test_payments_stand_beside_one_another() -> None:
    """Alike where both sides have the same amount on the same day; the method is the app's alone."""
    ours = {"payments/p1/amount": "5", "payments/p1/paid_on": "2026-11-20", "payments/p1/method": "card"}
    theirs = {path: value for path, value in ours.items() if not path.endswith("method")}
    other = theirs | {"payments/p1/amount": "6", "payments/x/amount": "1"}
    [alike] = list_beside("payments", ours, ours, theirs)
    assert (alike.is_alike, alike.record) == (
        True,
        {"amount": "5", "paid_on": "2026-11-20", "method": "card"},
    )
    first, second = list_beside("payments", {}, ours, other)
    assert (first.is_alike, first.record, second.key, second.partner) == (False, None, "x", None)
