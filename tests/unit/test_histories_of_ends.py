"""Random histories of invoices that end, some with every run, and proof that they would notice a missing rule."""

from collections import Counter

import pytest

from app.domain.invoices import planning
from app.domain.record.kind import InvoiceKind
from tests.histories import ending
from tests.histories.__main__ import ending_kind_of
from tests.histories.ending import CANCELLED, EndingWorld

RUNS = 100


def lived(seed: int) -> EndingWorld:
    """The world of a seed, not yet lived in."""
    return EndingWorld(seed, ending_kind_of(seed))


def test_random_histories_of_ends_settle_or_say_why_not() -> None:
    """Whoever cancels, voids, sends again or pays meanwhile: nothing ends or comes back by itself, no edit is lost.

    They end in every way: over on both sides, on one with money on the other, sent again after it, and not at all.
    """
    worlds = [lived(seed) for seed in range(1, RUNS + 1)]
    assert [each.run() for each in worlds] == [None] * RUNS
    held = Counter(hold.code for each in worlds if (hold := each._plan().hold) is not None)
    assert (
        min(held[code] for code in ("cancelled_in_xero", "payment_on_voided", "void_blocked_by_payment")) > 0
    )
    over = Counter(each.xero["status"] == each.app["status"] == CANCELLED for each in worlds)
    assert min(over[True], over[False]) > RUNS / 10


@pytest.mark.parametrize("seed", [1, 409])
def test_without_the_end_of_both_sides_histories_go_wrong(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """A late document of the app would bring back what somebody has cancelled there."""
    assert lived(seed).run() is None
    monkeypatch.setattr(ending, "over_on_both", lambda hub: hub)
    assert lived(seed).run() is not None


def test_with_all_that_a_voided_invoice_shows_histories_go_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A voided invoice that comes back without its lines would take them from the app."""
    monkeypatch.setattr(InvoiceKind, "believe", lambda _kind, _base, seen: seen)
    assert any(lived(seed).run() is not None for seed in range(1, RUNS + 1))


def test_without_the_judgement_of_what_is_voided_histories_go_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Money that the app has on a voided invoice would be nobody's."""
    monkeypatch.setattr(planning, "judge_voided", lambda *_: None)
    assert any(lived(seed).run() is not None for seed in range(1, RUNS + 1))
