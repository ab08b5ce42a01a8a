"""The clock that processes share: kept between two looks by a counter, whatever the machine's own clock says."""

from datetime import UTC, datetime, timedelta

from app.clock import ManualClock, SharedClock, count_seconds

SERVER = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class Machine(ManualClock):
    """A machine: its clock, which anybody may set, and its counter, which nobody does."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self.counted = 100.0
        self.shared = SharedClock(self, lambda: self.counted)

    def pass_by(self, seconds: float) -> None:
        """Time passes here and everywhere."""
        self.counted += seconds
        self.advance(timedelta(seconds=seconds))

    def ask(self, server: datetime, way: float = 0.002) -> None:
        """Ask the server, whose answer says that instant and took so many seconds, half of them to come back."""
        before = self.counted
        self.pass_by(way)
        self.shared.set_by(server, before, self.counted)


def test_two_machines_agree_by_half_of_an_answers_way_each() -> None:
    """One is a minute ahead, one a day behind; both asked at the same instant, and one had its answer late."""
    ahead, behind = Machine(SERVER + MINUTE), Machine(SERVER - timedelta(days=1))
    ahead.ask(SERVER, way=0.002)
    behind.ask(SERVER, way=0.100)
    assert ahead.shared.now() == SERVER + timedelta(milliseconds=1)
    assert behind.shared.now() == SERVER + timedelta(milliseconds=50)


def test_a_machine_clock_that_is_set_moves_nothing() -> None:
    """What its clock is off is told as it is now."""
    machine = Machine(SERVER)
    machine.ask(SERVER, way=0)
    machine.pass_by(5)
    machine.advance(MINUTE)
    assert machine.shared.now() == SERVER + 5 * SECOND
    assert machine.shared.ahead == MINUTE
    machine.advance(-2 * MINUTE)
    assert machine.shared.now() == SERVER + 5 * SECOND
    assert machine.shared.ahead == -MINUTE


def test_before_the_first_look_there_is_the_machines_clock() -> None:
    """And nobody knows how far it is off."""
    machine = Machine(SERVER + MINUTE)
    assert (machine.shared.now(), machine.shared.is_set, machine.shared.ahead) == (
        SERVER + MINUTE,
        False,
        None,
    )


def test_a_slow_answer_is_passed_over_while_a_quick_one_is_better() -> None:
    """A second of the way says nothing that ten seconds' drift would not; after hours it does."""
    machine = Machine(SERVER)
    machine.ask(SERVER, way=0.002)
    machine.pass_by(10)
    known = machine.shared.now()
    machine.ask(SERVER + 10 * SECOND, way=1)
    assert machine.shared.now() == known + SECOND
    machine.pass_by(3600)
    machine.ask(SERVER + 3700 * SECOND, way=1)
    assert machine.shared.now() == SERVER + 3700.5 * SECOND


def test_a_counter_that_drifts_is_put_right_by_each_look() -> None:
    """Half a millisecond in a second is the most; after ten seconds an answer as quick as the last one is better."""
    machine = Machine(SERVER)
    machine.ask(SERVER, way=0)
    machine.pass_by(10.005)
    machine.ask(SERVER + 10 * SECOND, way=0)
    assert machine.shared.now() == SERVER + 10 * SECOND


def test_a_server_that_was_set_is_followed_at_once() -> None:
    """As after a failover to another server; a slow answer is enough to tell that no drift explains it."""
    machine = Machine(SERVER)
    machine.ask(SERVER, way=0)
    machine.ask(SERVER - MINUTE, way=1)
    assert machine.shared.now() == SERVER - MINUTE + SECOND / 2


def test_the_counter_only_grows() -> None:
    """Nobody sets it."""
    first, second = count_seconds(), count_seconds()
    assert second >= first
