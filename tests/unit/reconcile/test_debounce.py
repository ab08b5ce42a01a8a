"""Which invoices wait after a write, or for a newer document, and which are looked at all the same."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.domain.invoices.link import Document, InvoiceLink, Standing, State
from app.domain.record.hub import Hub
from app.reconcile.debounce import LONGEST_WAIT, MOST_DEBOUNCED, QUIET, Debounce
from tests.simulation.loop import SimulatedLoop

EDITED = InvoiceLink(
    UUID(int=1),
    "inv_1",
    "xero_1",
    1,
    Hub(),
    Standing(State.SETTLED),
    document=Document({"version": 2}, 2, None, datetime(2026, 11, 20, tzinfo=UTC)),
)
EDITED_AGAIN = replace(EDITED, document=Document({"version": 3}, 3, None, datetime(2026, 11, 20, tzinfo=UTC)))
OTHER = replace(EDITED, id=UUID(int=2))
MOVED_IN_XERO = replace(EDITED, xero_due=True)
CUT_OFF = replace(EDITED, hub=replace(EDITED.hub, unanswered={"reference": "PO 2"}))
NO_NEWS = replace(EDITED, document=None)


def on_simulated_time(story: Callable[[SimulatedLoop], None]) -> None:
    """Tell a story on a loop whose time stands still unless it moves it."""

    async def tell() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SimulatedLoop)
        story(loop)

    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        runner.run(tell())


def test_an_edit_right_after_a_write_waits_and_nothing_else_does() -> None:
    """What moved in Xero is read, an answer that is owed is fetched, and other invoices go on."""

    def story(loop: SimulatedLoop) -> None:
        debounce = Debounce()
        debounce.note_written([EDITED.id])
        assert debounce.list_ready([EDITED, OTHER]) == [OTHER]
        assert debounce.pause == pytest.approx(QUIET)
        for link in (MOVED_IN_XERO, CUT_OFF, NO_NEWS):
            assert debounce.list_ready([link]) == [link]
            assert debounce.pause == 0

    on_simulated_time(story)


def test_few_rest_at_a_time() -> None:
    """A worker's places for jobs are not all kept by connections that rest; one that ends makes room for another."""

    def story(loop: SimulatedLoop) -> None:
        debounced = set[Debounce]()
        debounce = [Debounce(debounced) for _ in range(MOST_DEBOUNCED + 1)]
        for each in debounce:
            each.note_written([EDITED.id])
        *first, last = debounce
        assert [each.list_ready([EDITED]) for each in first] == [[]] * MOST_DEBOUNCED
        assert last.list_ready([EDITED]) == [EDITED]
        assert last.pause == 0
        assert first[0].list_ready([EDITED]) == []
        first[0].close()
        assert last.list_ready([EDITED]) == []

    on_simulated_time(story)


def test_it_rests_until_nobody_types() -> None:
    """Each edit begins the rest anew, until none came for a moment."""

    def story(loop: SimulatedLoop) -> None:
        debounce = Debounce()
        debounce.note_written([EDITED.id])
        assert debounce.list_ready([EDITED]) == []
        loop.move(QUIET / 2)
        assert debounce.list_ready([EDITED]) == []
        assert debounce.pause == pytest.approx(QUIET / 2)
        assert debounce.list_ready([EDITED_AGAIN]) == []
        assert debounce.pause == pytest.approx(QUIET)
        loop.move(QUIET)
        assert debounce.pause == 0
        assert debounce.list_ready([EDITED_AGAIN]) == [EDITED_AGAIN]

    on_simulated_time(story)


def test_it_rests_no_longer_than_a_second() -> None:
    """However much is typed: what was written a second ago is written again."""

    def story(loop: SimulatedLoop) -> None:
        debounce = Debounce()
        debounce.note_written([EDITED.id])
        loop.move(LONGEST_WAIT - QUIET / 2)
        assert debounce.list_ready([EDITED]) == []
        assert debounce.pause == pytest.approx(QUIET / 2)
        loop.move(QUIET / 2)
        assert debounce.list_ready([EDITED_AGAIN]) == [EDITED_AGAIN]

    on_simulated_time(story)


def test_what_was_left_for_a_newer_document_rests_and_is_written_within_a_second() -> None:
    """From then on it goes whatever comes, until it was written."""

    def story(loop: SimulatedLoop) -> None:
        debounce = Debounce()
        assert debounce.list_versions([EDITED, NO_NEWS]) == {EDITED.id: 2}
        debounce.note_left([EDITED.id])
        assert debounce.list_ready([EDITED_AGAIN]) == []
        assert debounce.pause == pytest.approx(QUIET)
        loop.move(LONGEST_WAIT - QUIET / 2)
        debounce.note_left([EDITED.id])
        assert debounce.list_versions([EDITED_AGAIN]) == {EDITED.id: 3}
        loop.move(QUIET / 2)
        assert debounce.list_ready([EDITED]) == [EDITED]
        assert debounce.list_versions([EDITED]) == {}
        debounce.note_written([EDITED.id])
        assert debounce.list_versions([EDITED]) == {EDITED.id: 2}

    on_simulated_time(story)


def test_what_could_not_rest_is_written() -> None:
    """Where as many connections rest as may, a round that found nothing to write would only be done again at once."""

    def story(loop: SimulatedLoop) -> None:
        debounced = set[Debounce]()
        debounce = [Debounce(debounced) for _ in range(MOST_DEBOUNCED + 1)]
        for each in debounce:
            each.note_left([EDITED.id])
        *first, last = debounce
        assert [each.list_ready([EDITED]) for each in first] == [[]] * MOST_DEBOUNCED
        assert last.list_versions([EDITED]) == {}
        assert first[0].list_versions([EDITED]) == {EDITED.id: 2}

    on_simulated_time(story)
