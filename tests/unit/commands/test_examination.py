"""The doctor's judgements, and the order of its checks."""

from datetime import timedelta

import pytest

from app.commands.acts.examining import list_faults, show
from app.commands.examination import all_checks
from app.commands.examination.all_checks import STEPS, Step, examine
from app.commands.examination.finding import Finding, failed, judge_skew, passed, warned
from app.commands.shown import Exit
from app.settings import Environment, Settings


@pytest.mark.parametrize(
    ("seconds", "outcome"),
    [(0, "passed"), (2, "passed"), (-2.5, "warning"), (29, "warning"), (31, "failed"), (-3600, "failed")],
)
def test_a_clock_is_judged_by_how_far_it_is_off(seconds: float, outcome: str) -> None:
    """Seconds are borne, half a minute is not."""
    found = judge_skew("clock", "Its clock", timedelta(seconds=seconds))
    assert found.outcome == outcome
    assert (found.cure is None) == (outcome == "passed")


async def test_what_stands_on_a_failed_check_is_not_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor what stands on that; what raises is a finding, and everything else is looked at."""

    async def break_down(_: object) -> Finding:
        raise ConnectionError("nobody there\nand more")

    async def go_well(_: object) -> Finding:
        return passed("fine", "Fine.")

    steps = (Step("one", break_down), Step("two", go_well, after="one"), Step("three", go_well, after="two"))
    monkeypatch.setattr(all_checks, "STEPS", (*steps, Step("four", go_well)))
    found = await examine(None)  # type: ignore[arg-type]  # no step of these looks at the ground
    assert [one.outcome for one in found] == ["failed", "not_reached", "not_reached", "passed"]
    assert found[0].message == "ConnectionError: nobody there"


def test_every_check_stands_on_an_earlier_one() -> None:
    """Names come once."""
    names = [step.name for step in STEPS]
    assert len(set(names)) == len(names)
    assert [
        step.name for step in STEPS if step.after and step.after not in names[: names.index(step.name)]
    ] == []


def test_it_ends_with_1_where_a_check_failed_and_not_for_a_warning() -> None:
    """A warning is for somebody to look at."""
    assert show([passed("a", "Well."), warned("b", "Hm.", "Look.")]).code is Exit.WELL
    assert show([passed("a", "Well."), failed("b", "Gone.", "Mend.")]).code is Exit.NOT_WELL


def test_what_production_misses_is_listed_and_development_misses_nothing() -> None:
    """By the names of the settings."""
    bare = Settings(_env_file=None, database_url="", redis_url="")
    assert list_faults(bare) == []
    listed = list_faults(bare.model_copy(update={"env": Environment.PRODUCTION}))
    assert "PLUMBLINE_PUBLIC_URL is missing" in listed
