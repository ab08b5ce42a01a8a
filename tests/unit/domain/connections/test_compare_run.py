"""A full compare reads in the way that takes the fewest calls, as far as it can know."""

import pytest

from app.domain.connections.compare_run import CompareRun


@pytest.mark.parametrize(
    ("run", "uncompared", "wants_page"),
    [
        (CompareRun(), 1, True),
        (CompareRun(), 100_000, True),
        (CompareRun(page=2, pages=2), 1, True),
        (CompareRun(page=2, pages=3), 40, False),
        (CompareRun(page=2, pages=3), 41, True),
        (CompareRun(page=2, pages=201), 1000, False),
        (CompareRun(page=None, pages=3), 3000, False),
        (CompareRun(page=4, pages=3), 3000, False),
    ],
)
def test_pages_are_read_while_they_cost_no_more_than_ids(
    run: CompareRun, uncompared: int, wants_page: bool
) -> None:
    """The first call is a page, which tells how many there are; then pages left against ids by forty."""
    assert run.wants_page(uncompared, 40) is wants_page


def test_a_run_is_kept_whole() -> None:
    """What is written to the database is what is read from it."""
    run = CompareRun(page=3, pages=7, calls=2, invoices=1999, differing=4)
    assert CompareRun.from_json(run.to_json()) == run
