"""By id, or by a page of what moved: whichever takes fewer calls, and no further back than need be."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app.db.invoices.reads import ReadDue
from app.reconcile.moved import SEARCH_FROM, is_search_cheaper, search_from
from app.reconcile.ports import READ_BATCH
from app.reconcile.seeking import OVERLAP

SWEPT = datetime(2026, 11, 28, 9, tzinfo=UTC)


def due(known_at: datetime | None) -> ReadDue:
    """A link that is due for a read."""
    return ReadDue(uuid4(), "x-1", known_at)


@pytest.mark.parametrize(
    ("wanted", "is_cheaper"),
    [(0, False), (1, False), (SEARCH_FROM, False), (SEARCH_FROM + 1, True), (READ_BATCH, True), (1000, True)],
)
def test_a_page_is_read_where_ids_would_fill_calls(wanted: int, is_cheaper: bool) -> None:
    """A few are read by id; from more than half a call's ids on a page costs no more and holds more."""
    assert is_search_cheaper(wanted) is is_cheaper


def test_a_search_reaches_back_to_the_oldest_state_that_is_held() -> None:
    """All that these links are due for moved after what is held of each of them, and so after the oldest."""
    hour = timedelta(hours=1)
    assert search_from([due(SWEPT + 2 * hour), due(SWEPT + hour)], SWEPT) == SWEPT + hour


def test_a_search_reaches_no_further_back_than_the_last_sweep() -> None:
    """What moved before the sweep was seen by it, however old the state is that is held of a link."""
    assert search_from([due(SWEPT - timedelta(days=200)), due(SWEPT)], SWEPT) == SWEPT - OVERLAP


def test_what_was_never_read_does_not_reach_back_for_ever() -> None:
    """A link without a state is looked for among what moved since the last sweep, and by id where it is not there."""
    assert search_from([due(None)], SWEPT) == SWEPT - OVERLAP
    assert search_from([due(None), due(SWEPT + OVERLAP)], SWEPT) == SWEPT + OVERLAP
