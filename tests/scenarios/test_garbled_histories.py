"""Random histories under garbled answers of Xero, a few of each kind; `python -m tests.garbled` draws more of them."""

import pytest

from app.settings import Settings
from app.xero import contacts, from_xero, invoices
from tests.chaos.ground import Ground
from tests.garbled.garbler import KINDS
from tests.garbled.lived import run_seed
from tests.scenarios.left import Left

SEEDS = (1001, 1002, 1003)


@pytest.mark.proof
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", KINDS)
async def test_garbled_answers_lose_nothing_double_nothing_and_stop_nothing(
    servers: Settings, left: Left, kind: str, seed: int
) -> None:
    """People edit on both sides meanwhile; with the truth again both sides are equal, or held with a reason."""
    verdict = await run_seed(Ground(servers, left), seed, kind)
    assert not verdict.findings, (str(verdict.findings), verdict.told)
    assert verdict.changed


@pytest.mark.proof
async def test_the_judge_tells_of_invoices_that_are_believed_whatever_they_say(
    servers: Settings, left: Left, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the rule that an invoice must add up, some of these histories go wrong."""
    monkeypatch.setattr(from_xero, "find_flaw", lambda _: None)
    assert await _list_wrong(servers, left, "one_invoice", ())


@pytest.mark.proof
async def test_the_judge_tells_of_answers_that_are_taken_by_their_place(
    servers: Settings, left: Left, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the rule that an element is about what was asked, some of these histories go wrong."""
    for room, name in ((invoices, "is_of_invoice"), (contacts, "is_of_contact")):
        monkeypatch.setattr(room, name, lambda *_: True)
    assert await _list_wrong(servers, left, "noticeable", ("rows_in_another_order",))


async def _list_wrong(servers: Settings, left: Left, kind: str, only: tuple[str, ...]) -> list[str]:
    """What is told of the first history that goes wrong."""
    for seed in range(1001, 1013):
        found = (await run_seed(Ground(servers, left), seed, kind, only)).findings
        if found:
            return [str(found)]
    return []
