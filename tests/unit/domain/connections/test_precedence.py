"""People first: what a round takes up, by what waits."""

from dataclasses import replace

import pytest

from app.domain.connections.precedence import FEW, Portion, Waiting, choose


def waiting(
    links: int = 0, touched_links: int = 0, touched: int = 0, events: int = 0, *, sweep: bool = False
) -> Waiting:
    """What waits on a connection; whatever is touched and behind is touched."""
    return Waiting(links, touched_links, max(touched, touched_links), events, sweep)


@pytest.mark.parametrize(
    ("waits", "portion"),
    [
        (waiting(), Portion.LITTLE),
        (waiting(links=1, touched_links=1), Portion.LITTLE),
        (waiting(events=1), Portion.LITTLE),
        (waiting(links=FEW), Portion.LITTLE),
        (waiting(links=1, touched_links=1, sweep=True), Portion.LITTLE),
        (waiting(sweep=True), Portion.BULK),
        (waiting(links=FEW + 1), Portion.BULK),
        (waiting(links=FEW + 1, sweep=True), Portion.BULK),
        (waiting(links=5000, touched_links=1), Portion.TOUCHED_LATELY),
        (waiting(links=5000, events=1), Portion.TOUCHED_LATELY),
        (waiting(links=5000, touched_links=1, sweep=True), Portion.TOUCHED_LATELY),
        (waiting(links=5000, touched_links=FEW), Portion.TOUCHED_LATELY),
        (waiting(links=5000, touched_links=FEW + 1), Portion.BULK),
        (waiting(links=5000, touched_links=FEW, events=1), Portion.BULK),
        (waiting(events=FEW + 1), Portion.BULK),
        (waiting(links=5000, touched=1), Portion.BULK),
    ],
)
def test_a_few_edits_go_before_everything_else(waits: Waiting, portion: Portion) -> None:
    """An export, a storm, a sweep and a catch-up are bulks; what somebody touched a moment ago goes first."""
    assert choose(waits) is portion


def test_a_storm_that_trickles_in_is_a_storm() -> None:
    """Each time it is looked at only two wait, but many were done in the seconds before."""
    assert choose(waiting(links=2, touched_links=2, touched=FEW + 1)) is Portion.BULK


def test_a_sweep_that_somebody_asked_for_does_not_wait_for_the_reserve() -> None:
    """A person who asks for a look waits for it; beside an export it is a part of that all the same."""
    asked = replace(waiting(links=2, sweep=True), is_sweep_asked=True)
    assert choose(asked) is Portion.ASKED
    assert choose(replace(asked, links=5000)) is Portion.BULK
