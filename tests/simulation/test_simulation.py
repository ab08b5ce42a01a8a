"""Whole histories under the seeded scheduler: some hold, each is told alike twice, and what goes wrong is found."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.domain.record import observing
from app.reconcile import overwritten
from app.reconcile.contacts import chosen, keys
from app.reconcile.contacts import stage as stage_of_contacts
from app.settings import Settings
from tests.chaos.ledger import Ledger
from tests.chaos.tally import Outcome
from tests.simulation import ends
from tests.simulation.drawing import Step, draw_history, read_history, write_history
from tests.simulation.history import fetch_final, run_history
from tests.simulation.run import Stage, close_stage, live, live_in_thread, shrink

SEEDS = range(1, 3)
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def stage(servers: Settings) -> Iterator[Stage]:
    """The ground of all histories here."""
    opened = Stage(servers)
    yield opened
    opened.close()


def test_histories_hold(stage: Stage) -> None:
    """Both sides equal or held, every edit accounted for, nothing twice, and nothing moves by itself any more."""
    outcome = stage.run(live(stage.base, SEEDS))
    assert not outcome.findings, str(outcome.findings)
    assert outcome.histories == len(SEEDS)
    assert outcome.faults > 0


@pytest.mark.proof
def test_one_seed_is_one_history(stage: Stage) -> None:
    """Every move, and what the database holds in the end, is the same byte for byte, whatever was lived before."""
    first, again = (stage.run(_tell(stage, draw_history(2))) for _ in range(2))
    assert first == again
    assert "reconcile/lease.py:take" in first
    assert "invoice_links: {" in first


async def _tell(stage: Stage, steps: list[Step]) -> str:
    verdict = await run_history(stage.base, steps)
    return "\n".join([*verdict.transcript, *await fetch_final(stage.base)])


@pytest.mark.proof
def test_what_is_cut_off_does_not_stop_what_comes_after_it(servers: Settings) -> None:
    """Histories that last too long end where they are, and the next ones live as if they had not been."""

    async def cut_off_and_go_on() -> Outcome:
        await live_in_thread(servers, SEEDS)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await live_in_thread(servers, SEEDS)
        return await live_in_thread(servers, SEEDS)

    try:
        outcome = asyncio.run(cut_off_and_go_on())
    finally:
        close_stage(servers)
    assert not outcome.findings, str(outcome.findings)
    assert outcome.histories == len(SEEDS)


@pytest.mark.proof
@pytest.mark.timeout(900)
def test_a_broken_piece_is_found_and_shrunk(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit in Xero comes between our read and our write, and a loop that does not tell of it is caught: in half of
    its twelve steps, and in none of those once the piece is whole again.
    """
    race = "app_write:1:calm app_edit:2:0 wait:2:9 xero_edit:2:0 wait:4:0"
    steps = read_history(
        f"{race} wait:9:8 decide:5:calm app_pay:1:8 xero_contact:7:4 let_go:5:calm pass_time:1:2 wait:6:4"
    )
    monkeypatch.setattr(overwritten, "find_overwritten", lambda *_: [])
    verdict = stage.run(run_history(stage.base, steps))
    assert verdict.findings.lost
    shortest = stage.run(shrink(stage.base, steps, verdict.findings))
    assert len(shortest) <= len(steps) / 2, write_history(shortest)
    assert {"app_edit", "xero_edit"} <= {step.act for step in shortest}
    monkeypatch.undo()
    assert not stage.run(run_history(stage.base, shortest)).findings


async def _move_nothing(*_: Any) -> None:
    """The invoices of a customer stay where they are in Xero."""


async def _follow_nothing(*_: Any) -> dict[str, Any]:
    """Nobody asks whether a contact was merged into another, or whose it is."""
    return {}


async def _look_before(_story: Any, seen: Any, _made: Any) -> Any:
    """What an edit replaced is taken for what stood there at the look before it."""
    return seen


def _forget_who_decided(ledger: Ledger, thing: str, version: int | None = None) -> None:
    """Of a decision that brings an invoice back nothing is noted; of what is said in the app, what is needed."""
    if version is not None:
        ledger.said_in_app.setdefault(thing, {})[version] = False


@pytest.mark.proof
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("script", "of", "rule", "other", "told"),
    [
        pytest.param(
            "app_write:1:calm xero_person:2:calm link_customer:2:calm",
            chosen, "_move_invoices", _move_nothing, "was said to be of", id="a customer is chosen",
        ),
        pytest.param(
            "app_write:190530:calm app_write:202233:calm app_line:691851:16 xero_merge:757317:calm",
            keys, "_list_left", _follow_nothing, "was said to be of", id="two are merged between a read and a write",
        ),
        pytest.param(
            "app_write:863703:calm app_write:227013:calm xero_write_other:961876:calm xero_merge:419759:calm "
            "link_customer:243074:0",
            stage_of_contacts, "_owners", _follow_nothing, "it broke off", id="one is chosen while two are merged",
        ),
        pytest.param(
            "app_write:621:calm turn:36:calm app_edit:595:calm",
            observing, "with_bases", lambda view, _apart: dict(view), "lost: ", id="a direction is closed and opened",
        ),
        pytest.param(
            "app_write:1:calm dispute_end:1:calm decide_end:1:calm app_reopen:1:calm app_call_off:1:calm undo:3:calm",
            Ledger, "reopen", _forget_who_decided, "came back by itself", id="an end is decided and taken back",
        ),
        pytest.param(
            "app_write:546789:calm app_call_off:120093:0 app_credit:69458:4",
            ends, "_find_replaced", _look_before, "lost: ", id="one is called off while it is credited",
        ),
    ],
)  # fmt: skip
def test_what_people_choose_and_decide_is_judged(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, script: str, of: Any, rule: str, other: Any, told: str
) -> None:
    """Each of these histories holds, and goes wrong without a rule of ours, or without who decided it."""
    steps = read_history(script)
    assert not stage.run(run_history(stage.base, steps)).findings
    monkeypatch.setattr(of, rule, other)
    assert told in str(stage.run(run_history(stage.base, steps)).findings)


@pytest.mark.proof
@pytest.mark.timeout(300)
def test_two_processes_tell_one_history() -> None:
    """Whatever the order of a process's sets, and whatever its clock says: the same history, byte for byte."""
    told = [
        subprocess.run(
            [sys.executable, "-m", "tests.simulation", "--seed", "5"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": str(number)},
            capture_output=True,
            check=True,
        ).stdout
        for number in (1, 2)
    ]
    assert told[0] == told[1]
    assert told[0].endswith(b"all is well\n")
