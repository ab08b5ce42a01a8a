"""The numbers of Xero's events: a gap is noticed once, filled by what comes late, never made by what comes again."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.connections.event_sequence import RESTARTED_AFTER, EventSequence, Gap, follow, take_gaps

AT = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)


def after(*deliveries: tuple[int, int], sequence: EventSequence | None = None) -> EventSequence:
    """The sequence after deliveries of new events with these first and last numbers."""
    for first, last in deliveries:
        sequence = follow(sequence, first, last, is_news=True, at=AT)
    assert sequence is not None
    return sequence


def gaps(sequence: EventSequence) -> list[tuple[int, int]]:
    """The open gaps, as first and last numbers."""
    return [(gap.first, gap.last) for gap in sequence.gaps]


def test_the_first_delivery_ever_opens_no_gap() -> None:
    """What came before it is not known: a service that starts in the middle of a subscription has missed nothing."""
    assert after((500, 510)) == EventSequence(510)


def test_deliveries_that_follow_each_other_leave_no_gap() -> None:
    """Each begins where the last one ended."""
    assert after((1, 3), (4, 4), (5, 9)) == EventSequence(9)


def test_what_is_jumped_over_is_a_gap() -> None:
    """From the number after the newest to the one before the next delivery."""
    sequence = after((1, 3), (7, 8))
    assert (sequence.newest, gaps(sequence)) == (8, [(4, 6)])
    assert sequence.gaps[0].size == 3


def test_a_late_delivery_fills_its_gap_whole_or_in_part() -> None:
    """What is left of it stays open, in two parts where the middle came."""
    opened = after((1, 1), (10, 10))
    assert gaps(after((2, 9), sequence=opened)) == []
    assert gaps(after((2, 4), sequence=opened)) == [(5, 9)]
    assert gaps(after((5, 6), sequence=opened)) == [(2, 4), (7, 9)]
    assert gaps(after((5, 6), (2, 4), (7, 9), sequence=opened)) == []


def test_what_comes_again_changes_nothing() -> None:
    """Replays of old deliveries, and doubles of new ones, are no gaps and fill none that they did not hold."""
    opened = after((1, 5), (8, 9))
    again = follow(opened, 1, 5, is_news=False, at=AT)
    assert again == follow(again, 8, 9, is_news=False, at=AT) == opened


def test_a_delivery_that_overlaps_the_newest_number_moves_it_on() -> None:
    """Xero replays from where it likes: the part that is new counts."""
    assert after((1, 5), (3, 8)) == EventSequence(8)


def test_a_lower_number_is_no_gap_and_a_numbering_that_began_anew_is_noticed() -> None:
    """A subscription that was made anew counts from one again; after enough of that, its numbers are the numbers."""
    sequence = after((1000, 1000))
    for number in range(1, RESTARTED_AFTER):
        sequence = after((number, number), sequence=sequence)
        assert (sequence.newest, sequence.gaps) == (1000, ())
    sequence = after((RESTARTED_AFTER, RESTARTED_AFTER), sequence=sequence)
    assert sequence == EventSequence(RESTARTED_AFTER)
    assert gaps(after((RESTARTED_AFTER + 2, RESTARTED_AFTER + 2), sequence=sequence)) == [
        (RESTARTED_AFTER + 1, RESTARTED_AFTER + 1)
    ]


def test_a_replay_is_not_taken_for_a_numbering_that_began_anew() -> None:
    """Xero keeps events for 31 days and replays them: what was stored before is no news, however much of it comes."""
    sequence: EventSequence | None = after((1000, 1000))
    for number in range(1, 10 * RESTARTED_AFTER):
        sequence = follow(sequence, number, number, is_news=False, at=AT)
    assert sequence == EventSequence(1000)


def test_numbers_of_several_tenants_open_no_gap_for_a_tenant_that_is_behind_another() -> None:
    """Whether numbers are per subscription is not confirmed: per tenant, the lower ones are simply below the newest."""
    deliveries = [(100, 100), (1, 1), (101, 101), (2, 2), (102, 102), (3, 3)]
    assert gaps(after(*deliveries)) == []


def test_a_gap_is_taken_once_and_only_after_its_grace() -> None:
    """Whoever takes it takes it off; a younger one stays."""
    old, young = Gap(2, 3, AT), Gap(7, 7, AT + timedelta(seconds=30))
    rest, taken = take_gaps(EventSequence(9, (old, young)), AT + timedelta(seconds=10))
    assert (taken, rest.gaps) == ((old,), (young,))
    assert take_gaps(rest, AT + timedelta(seconds=10))[1] == ()


def test_a_sequence_is_kept_whole() -> None:
    """What is written to the database is what is read from it."""
    sequence = after((1, 1), (5, 5), (9, 9))
    assert EventSequence.from_json(sequence.to_json()) == sequence


@given(st.lists(st.integers(1, 5), min_size=2, max_size=12), st.data())
def test_the_gaps_are_exactly_what_never_came(sizes: list[int], data: st.DataObject) -> None:
    """Deliveries lost, doubled and in any order: what is open at the end was lost between the first and the last."""
    deliveries, number = [], 1
    for size in sizes:
        deliveries.append((number, number + size - 1))
        number += size
    lost = data.draw(st.sets(st.integers(1, len(deliveries) - 1), max_size=len(deliveries) - 1))
    arriving = [one for position, one in enumerate(deliveries) if position not in lost]
    later = data.draw(st.permutations([*arriving[1:], *arriving[1:3]]))
    sequence = follow(None, *arriving[0], is_news=True, at=AT)
    came = set(range(arriving[0][0], arriving[0][1] + 1))
    for first, last in later:
        sequence = follow(sequence, first, last, is_news=not {first} <= came, at=AT)
        came |= set(range(first, last + 1))
    open_numbers = {number for gap in sequence.gaps for number in range(gap.first, gap.last + 1)}
    assert open_numbers == set(range(min(came), max(came) + 1)) - came
