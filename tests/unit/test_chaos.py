"""The judges of the random stories can say no: each kind of failure is told where it is."""

import pytest

from app.worker.jobs import Jobs
from tests.chaos.commit_sites import NOT_REACHED, STEPS, list_commit_sites
from tests.chaos.crashes import choose_deaths, choose_numbers, find_unlisted, read_list
from tests.chaos.history import draw_history
from tests.chaos.judging import Findings, find_differences, find_doubles
from tests.chaos.ledger import Ledger, plain, scalars
from tests.chaos.machines import run_machine
from tests.chaos.stages import STAGES
from tests.chaos.stages.stage import LISTED, Work
from tests.chaos.tally import Outcome, Tally
from tests.chaos.ways_out import NOT_MADE, list_xero_calls
from tests.histories.breaking import replace_in_the_hub
from tests.scenarios.house import Json


def test_an_edit_that_nobody_accounts_for_is_lost() -> None:
    """It stands nowhere, is kept in no conflict, was not replaced, and nothing says that it was overwritten."""
    ledger = Ledger()
    ledger.note("partner", "inv_1", "reference", None, "R1")
    ledger.note("xero", "inv_1", "reference", "R1", "R2")
    [lost] = ledger.list_lost({"inv_1": {"R9"}}, set(), set())
    assert lost.value == "R2"
    assert ledger.list_lost({"inv_1": {"R2"}}, set(), set()) == []
    assert ledger.list_lost({"inv_2": {"R2"}}, set(), set()) == [lost]
    assert ledger.list_lost({}, {"R2"}, set()) == []
    assert ledger.list_lost({}, set(), {("inv_1", "reference")}) == []
    assert ledger.list_lost({}, set(), {("inv_1", "due_on")}) == [lost]


def test_of_the_apps_edits_none_is_excused_by_what_was_overwritten_in_xero() -> None:
    """Only what somebody typed at Xero's screen can have been overwritten there unseen."""
    ledger = Ledger()
    ledger.note("partner", "inv_1", "reference", None, "R1")
    assert ledger.list_lost({}, set(), {("inv_1", "reference")}) != []


def test_numbers_are_alike_however_they_are_written() -> None:
    """A price of the app is text, one of Xero's a number; a day is found in an instant."""
    assert plain("500.50") == plain(500.5) == "500.5"
    assert plain("1E2") == plain(100) == "100"
    assert set(scalars({"a": ["2027-03-03T00:00:00", None, {"b": 1.10}]})) == {
        "2027-03-03T00:00:00",
        "2027-03-03",
        "1.1",
    }


def test_what_exists_twice_is_told() -> None:
    """An invoice by its number, a contact by its name, a payment and a credit by their amount."""
    paid = {"Amount": 1.01}
    invoice = {"InvoiceNumber": "N-1", "Status": "AUTHORISED", "Payments": [paid], "CreditNotes": [],
               "Prepayments": [], "Overpayments": []}  # fmt: skip
    assert find_doubles([{"number": "N-1"}], [invoice], [{"Name": "Kim"}]) == []
    twice = find_doubles([{"number": "N-1"}] * 2, [invoice] * 2, [{"Name": "Kim"}] * 2)
    assert [each.partition(",")[0] for each in twice] == [
        "in Xero: invoice N-1",
        "in the app: invoice N-1",
        "in Xero: contact Kim",
        "in Xero: payment 1.01",
    ]


def test_what_is_behind_in_the_end_or_missing_on_a_side_has_diverged() -> None:
    """Held with a reason is an answer, behind is none, and settled must be true."""
    document = {"id": "inv_1", "number": "N-1"}
    for state, count in (("held", 0), ("behind", 1)):
        resource = {"state": state, "reason": {"code": "any"}}
        assert len(find_differences({"inv_1": document}, [], {"inv_1": resource})) == count
    settled = {"inv_1": {"state": "settled", "reason": None}}
    assert find_differences({"inv_1": document}, [], settled) != []
    assert find_differences({}, [], settled) != []
    assert find_differences({"inv_1": document}, [], {}) != []


@pytest.mark.parametrize(
    ("status", "in_xero", "total", "is_alike"),
    [
        ("sent", "PAID", 0, True),
        ("paid", "PAID", 0, True),
        ("sent", "PAID", 0.01, False),
        ("sent", "AUTHORISED", 0, True),
        ("paid", "AUTHORISED", 0, False),
        ("draft", "PAID", 0, False),
        ("sent", "VOIDED", 0, False),
        ("cancelled", "PAID", 0, False),
    ],
)
def test_only_what_comes_to_nothing_may_be_called_sent_and_be_paid(
    status: str, in_xero: str, total: float, *, is_alike: bool
) -> None:
    """Xero has it paid from the start, and the app goes on calling it sent; nothing else is excused."""
    document, invoice = build_free(status, in_xero, total)
    settled = {"inv_1": {"state": "settled", "reason": None}}
    found = find_differences({"inv_1": document}, [invoice], settled)
    assert (found == []) is is_alike


def build_free(status: str, in_xero: str, total: float) -> tuple[Json, Json]:
    """One invoice of words alone, as the app has it and as Xero has it."""
    day, customer = "2026-11-20", "Customer cus_1"
    document = {
        "id": "inv_1",
        "status": status,
        "sent_at": f"{day}T03:15:00Z",
        "amounts_are": "no_tax",
        "number": "N-inv_1",
        "reference": "R1",
        "issued_on": day,
        "due_on": day,
        "contact": {"id": "cus_1", "name": customer},
        "lines": [],
        "payments": [],
    }
    invoice = {
        "InvoiceID": "x1",
        "InvoiceNumber": "N-inv_1",
        "Status": in_xero,
        "SentToContact": True,
        "LineAmountTypes": "NoTax",
        "Reference": "R1",
        "DateString": f"{day}T00:00:00",
        "DueDateString": f"{day}T00:00:00",
        "Contact": {"Name": customer},
        "Total": total,
        **{name: [] for name in ("LineItems", "Payments", "CreditNotes", "Prepayments", "Overpayments")},
    }
    return document, invoice


def test_a_run_with_one_failure_is_not_well() -> None:
    """Each of the counts alone makes it fail; the line tells all of them."""
    for kind in vars(Findings()):
        tally = Tally()
        tally.add(Outcome("story 1", Findings(**{kind: ["something"]}), histories=1, faults=2))
        assert not tally.is_well
        assert f'"{kind}": 1' in tally.to_line(1.0)
    calm = Tally()
    calm.add(Outcome("story 1", Findings(), histories=1))
    assert calm.is_well


def test_a_seed_draws_one_history() -> None:
    """What is printed as failed can be repeated."""
    assert draw_history(7) == draw_history(7) != draw_history(8)


def test_each_named_point_is_died_at_once() -> None:
    """Which passing of several it is, the seed draws; a point that no list has is told."""
    points = ["a", "b", "a", "c"]
    chosen = {tuple(choose_numbers(points, seed)) for seed in range(20)}
    assert chosen == {(1, 2, 4), (2, 3, 4)}


def test_a_point_that_no_list_has_is_told_and_each_is_died_at_in_one_stage() -> None:
    """What is listed must be passed, but for what is passed sometimes; a stage leaves out what one before it has."""
    first, second = STAGES[:2]
    always, sometimes = read_list(first.listed)
    assert find_unlisted(first, [*always, *sometimes]) == find_unlisted(first, list(always)) == []
    [gone, *rest] = sorted(always)
    assert find_unlisted(first, [*rest, "a new step"]) == [
        "a point that no list has: a new step",
        f"a listed point that is not passed: {gone}",
    ]
    own, _ = read_list(second.listed)
    assert own.isdisjoint(always)
    assert find_unlisted(second, [*own, gone]) == []
    assert choose_deaths(second, [gone, *sorted(own)], seed=1) == list(range(2, len(own) + 2))


def _list_reached() -> list[str]:
    lines = [line for stage in STAGES for points in read_list(stage.listed) for line in points]
    return [line.partition(" commit of ")[2] for line in lines if " commit of " in line]


def test_every_place_that_commits_is_a_crash_point_or_is_said_not_to_be() -> None:
    """A new transaction in what reconciles, delivers, refreshes or takes in needs a stage that dies at it."""
    reached = set(_list_reached())
    assert sorted(list_commit_sites() - reached) == sorted(NOT_REACHED)
    assert not set(NOT_REACHED) & reached
    of_steps = {place for place in reached if place.startswith(tuple(f"{step}/" for step in STEPS))}
    assert sorted(of_steps - list_commit_sites()) == [], "a point is named by what does not commit"


def test_each_point_is_died_at_before_and_after() -> None:
    """Of every commit, call and nudge both stand in one list; no list belongs to no stage."""
    for stage in STAGES:
        listed = set().union(*read_list(stage.listed))
        before, after = (
            {point.removeprefix(moment) for point in listed if point.startswith(moment)}
            for moment in ("before ", "after ")
        )
        assert before == after, stage.name
        assert before | after
    assert {each.stem for each in LISTED.iterdir()} == {stage.name for stage in STAGES}


def test_every_call_of_xero_is_a_crash_point_or_is_said_not_to_be() -> None:
    """What the adapter can ask of Xero, as the SDK sends it; and every way out besides."""
    made = {
        point.removeprefix("before ")
        for stage in STAGES
        for points in read_list(stage.listed)
        for point in points
    }
    assert sorted(list_xero_calls() - made) == sorted(NOT_MADE)
    assert made >= {
        "POST /connect/token",
        "GET /connections",
        "DELETE /connections/{id}",
        "POST /plumbline/webhooks",
        "POST /hook",
        "GET /plumbline/read/invoices",
        "GET /plumbline/read/contacts",
        "nudge reconcile",
        "nudge deliver",
        "nudge read_partner",
    }


def test_every_job_of_a_worker_is_done_in_a_stage() -> None:
    """A new job, or a new timer, needs one in which it dies."""
    jobs = {name for name, each in vars(Jobs).items() if not name.startswith("_") and callable(each)}
    done = {job for stage in STAGES if isinstance(stage.life, Work) for job in stage.life.jobs}
    assert sorted(jobs - done) == []


@pytest.mark.parametrize("number", [1, 2])
def test_the_machines_of_the_hub_find_nothing(number: int) -> None:
    """Steps and chances are Hypothesis's; every world ends equal or held, with no edit lost."""
    assert run_machine(number, examples=15) >= 15


def test_the_machines_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one rule of the hub taken away they find a world that goes wrong."""
    replace_in_the_hub(monkeypatch, "partner_view", lambda known, _upto: dict(known.partner_shadow))
    with pytest.raises(AssertionError):
        run_machine(1, examples=300, shrinks=False)
