"""Random histories of invoices that end, some with every run, and proof that they would notice a missing rule."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.findings import undo
from app.domain.findings.stake import Stake
from app.domain.invoices import planning
from app.domain.record import hub
from app.domain.record.kind import InvoiceKind
from app.domain.record.over import STATUS
from tests.histories import ending
from tests.histories.__main__ import (
    build_world,
    decided_ending_kind_of,
    directed_ending_kind_of,
    ending_kind_of,
)
from tests.histories.breaking import replace_in_the_hub
from tests.histories.ending import EndingWorld
from tests.histories.ending_decided import DecidedEndingWorld
from tests.histories.ending_people import CANCELLED

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


def decided(seed: int) -> DecidedEndingWorld:
    """The world of a seed in which people decide too."""
    return DecidedEndingWorld(seed, decided_ending_kind_of(seed))


def test_random_histories_of_ends_over_which_people_decide_settle_or_say_why_not() -> None:
    """They decide that an invoice is over or is not, and about all else; some of it is taken back, and some refused."""
    worlds = [decided(seed) for seed in range(1, RUNS // 2 + 1)]
    assert [each.run() for each in worlds] == [None] * len(worlds)
    carried = Counter(stake.path for each in worlds for done in each.carried for stake in done.stakes)
    assert min(carried[path] for path in (STATUS, "reference", "lines/l0/description")) > RUNS / 50
    assert sum(each.undone for each in worlds) > RUNS / 20
    assert sum(each.refused for each in worlds) > RUNS / 10


def test_random_histories_of_ends_with_changing_directions_settle_or_say_why_not() -> None:
    """What does not travel, an end among it, waits where it is, and is an end like any once all is open (E5)."""
    found = [build_world(seed, directed_ending_kind_of(seed)).run() for seed in range(1, RUNS // 2 + 1)]
    assert found == [None] * len(found)


@pytest.mark.parametrize(
    ("seed", "of", "rule", "other"),
    [
        pytest.param(24, Stake, "has_moved", lambda *_: False, id="the look at what moved"),
        pytest.param(165, undo, "find_edited", lambda *_: [], id="the look before an undo"),
    ],
)
def test_without_a_rule_for_decisions_histories_of_ends_go_wrong(
    monkeypatch: pytest.MonkeyPatch, seed: int, of: Any, rule: str, other: Callable[..., Any]
) -> None:
    """An edit would be lost by a decision, or by one that is taken back."""
    assert decided(seed).run() is None
    monkeypatch.setattr(of, rule, other)
    assert decided(seed).run() is not None


def test_without_the_end_in_xero_what_is_taken_back_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """A voided invoice would be brought back to what it said before a decision, which Xero never takes."""
    assert decided(3923).run() is None
    for module in (hub, undo):
        monkeypatch.setattr(module, "is_voided", lambda _hub: False)
    assert "not settled" in str(decided(3923).run())


def test_without_what_was_agreed_ends_that_did_not_travel_go_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """An invoice that was cancelled while that did not travel would come back in the app by itself."""
    seed = 2
    assert build_world(seed, directed_ending_kind_of(seed)).run() is None
    replace_in_the_hub(monkeypatch, "with_bases", lambda view, _apart: dict(view))
    assert "came back by itself" in str(build_world(seed, directed_ending_kind_of(seed)).run())


def test_an_invoice_that_comes_back_without_a_decision_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge knows who brought it back."""
    assert decided(1697).run() is None
    monkeypatch.setattr(DecidedEndingWorld, "_note_end", lambda *_: None)
    assert "came back by itself" in str(decided(1697).run())
