"""When a connection that works at set times works: once each time, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.connections.schedule import Mode, Schedule, Weekday, is_zone
from tests.unit.domain.strategies import properties

ZONES = (
    "UTC", "Australia/Sydney", "Australia/Lord_Howe", "Australia/Perth", "Pacific/Auckland", "Europe/London",
    "America/New_York", "America/Sao_Paulo", "America/St_Johns", "Asia/Kathmandu", "Africa/Cairo", "Pacific/Apia",
)  # fmt: skip
WHOLE_HOURS = tuple(zone for zone in ZONES if zone != "Australia/Lord_Howe")
INSTANTS = st.integers(0, 23 * 366 * 24 * 60).map(
    lambda n: datetime(2009, 1, 1, tzinfo=UTC) + timedelta(minutes=n)
)
TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))


def schedule(mode: Mode, zone: str, at: time = time(2, 30), weekday: Weekday = Weekday.MONDAY) -> Schedule:
    """A schedule at half past two on Mondays, unless told otherwise."""
    return Schedule(mode, at, weekday, zone)


def list_runs(planned: Schedule, after: datetime, count: int) -> list[datetime]:
    """The next runs, each asked for at the one before."""
    runs = []
    for _ in range(count):
        run = planned.next_after(after)
        assert run is not None
        assert run > after
        runs.append(run)
        after = run
    return runs


def test_in_real_time_there_is_no_next_run() -> None:
    """Nothing waits (E6)."""
    assert schedule(Mode.REAL_TIME, "UTC").next_after(datetime(2026, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("zone", "at", "day", "runs"),
    [
        ("Europe/London", time(1, 30), date(2026, 3, 28), ["01:30", "02:30", "01:30"]),
        ("Europe/London", time(1, 30), date(2026, 10, 24), ["01:30", "01:30", "01:30"]),
        ("Australia/Sydney", time(2, 0), date(2026, 10, 3), ["02:00", "03:00", "02:00"]),
        ("Australia/Lord_Howe", time(2, 15), date(2026, 10, 3), ["02:15", "02:45", "02:15"]),
    ],
    ids=["forward", "back", "the very edge", "by half an hour"],
)
def test_a_clock_change_moves_a_run_and_doubles_none(zone: str, at: time, day: date, runs: list[str]) -> None:
    """A time that does not exist is run after the gap, one that exists twice at its first."""
    before = datetime.combine(day, time(0), ZoneInfo(zone)).astimezone(UTC)
    found = list_runs(schedule(Mode.DAILY, zone, at), before, 3)
    assert [f"{run.astimezone(ZoneInfo(zone)):%H:%M}" for run in found] == runs
    assert [run.astimezone(ZoneInfo(zone)).date() for run in found] == [day + timedelta(n) for n in range(3)]
    assert found[1].astimezone(ZoneInfo(zone)).fold == 0


@properties
@given(zone=st.sampled_from(ZONES), at=TIMES, start=INSTANTS)
def test_every_local_day_has_exactly_one_daily_run(zone: str, at: time, start: datetime) -> None:
    """Over a whole year, all clock changes of it included; only a day that did not exist has none."""
    runs = list_runs(schedule(Mode.DAILY, zone, at), start, 366)
    days = [run.astimezone(ZoneInfo(zone)).date() for run in runs]
    steps = {later - earlier for earlier, later in pairwise(days)}
    assert steps <= ({timedelta(1), timedelta(2)} if zone == "Pacific/Apia" else {timedelta(1)})
    off = [run for run in runs if run.astimezone(ZoneInfo(zone)).time() != at]
    assert len(off) <= 2
    assert all(
        timedelta(hours=20) < later - earlier < timedelta(hours=28) for earlier, later in pairwise(runs)
    )


@properties
@given(zone=st.sampled_from(ZONES[:-1]), at=TIMES, weekday=st.sampled_from(list(Weekday)), start=INSTANTS)
def test_every_week_has_exactly_one_weekly_run(
    zone: str, at: time, weekday: Weekday, start: datetime
) -> None:
    """On its day, seven days apart."""
    runs = list_runs(schedule(Mode.WEEKLY, zone, at, weekday), start, 60)
    days = [run.astimezone(ZoneInfo(zone)).date() for run in runs]
    assert {day.weekday() for day in days} == {list(Weekday).index(weekday)}
    assert {later - earlier for earlier, later in pairwise(days)} == {timedelta(7)}


@properties
@given(zone=st.sampled_from(ZONES), at=TIMES, start=INSTANTS)
def test_an_hourly_run_comes_with_every_hour(zone: str, at: time, start: datetime) -> None:
    """At its minute of every hour that passes: sixty minutes apart, but where clocks move by half an hour."""
    runs = list_runs(schedule(Mode.HOURLY, zone, at), start, 30)
    assert {run.astimezone(ZoneInfo(zone)).minute for run in runs} == {at.minute}
    apart = {later - earlier for earlier, later in pairwise(runs)}
    if zone in WHOLE_HOURS:
        assert apart == {timedelta(hours=1)}
    assert apart <= {timedelta(minutes=30), timedelta(hours=1), timedelta(minutes=90)}


@properties
@given(
    zone=st.sampled_from(ZONES),
    at=TIMES,
    mode=st.sampled_from(list(Mode)[1:]),
    start=INSTANTS,
    wait=st.integers(0, 900),
)
def test_asking_at_any_moment_before_a_run_names_that_run(
    zone: str, at: time, mode: Mode, start: datetime, wait: int
) -> None:
    """However often and whenever the time of the next run is worked out, it is the same until it has passed."""
    planned = schedule(mode, zone, at)
    run = planned.next_after(start)
    assert run is not None
    between = min(start + timedelta(minutes=wait), run - timedelta(microseconds=1))
    assert planned.next_after(max(start, between)) == run


def test_zones_are_those_of_the_database() -> None:
    """No path, no other case of nothing, no made-up name."""
    assert [name for name in ("UTC", "Australia/Perth", "Asia/Kolkata") if not is_zone(name)] == []
    wrong = ("", "Nowhere/Atall", "../UTC", "/etc/passwd", "Australia", "UTC\0", "x" * 300)
    assert [name for name in wrong if is_zone(name)] == []


def test_a_schedule_is_told_in_words() -> None:
    """For people who ask why something waits."""
    told = [schedule(mode, "Australia/Perth", weekday=Weekday.FRIDAY).in_words() for mode in Mode]
    assert told == [
        "as things come",
        "30 minutes past every hour (Australia/Perth)",
        "daily at 02:30 (Australia/Perth)",
        "every Friday at 02:30 (Australia/Perth)",
    ]
