"""When one of what a bar holds is tried again."""

from datetime import UTC, datetime, timedelta

from app.domain.holds.bars import FIRST_PROBE, LONGEST_PROBE, next_probe

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_a_bar_is_tried_soon_and_then_ever_more_rarely() -> None:
    """After as long again as it has stood, but no less than some minutes and no more than some hours."""
    tried, spans = NOON, []
    while tried < NOON + timedelta(days=2):
        then = next_probe(NOON, tried)
        spans.append(then - tried)
        tried = then
    assert spans == sorted(spans)
    assert (spans[0], spans[-1]) == (FIRST_PROBE, LONGEST_PROBE)
    assert len(spans) < 16
