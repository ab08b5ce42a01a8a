"""What came of calls with changes, recorded together: on the connection, the links, the feed and the endpoint."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from app.clock import Clock
from app.db.connections import connections
from app.db.connections.arrivals import lock_connection
from app.db.delivery import changes
from app.db.delivery.changes import Acknowledgement, Change
from app.db.delivery.claims import Claim, Said, save_answers
from app.db.delivery.delivery_log import Meaning, Told, save_call, save_well_calls
from app.db.delivery.fan_out import CHANGE
from app.db.delivery.footing import Footing
from app.db.postgres.session import Database, WriteSession
from app.delivery.answers import Answer, Applied, Failed, Outcome, Refused, Silence
from app.delivery.backoff import draw_delay
from app.delivery.calls import Made, Target
from app.delivery.health import Health
from app.delivery.permission import SendPermission, read_moment
from app.domain.partner.endpoint import Failing
from app.metrics import CHANGES_APPLIED, DELIVERIES

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answered:
    """A claimed change that was sent: what that came to, and the call."""

    claim: Claim
    outcome: Outcome
    made: Made

    @property
    def change(self) -> Change:
        return self.claim.change

    @property
    def is_heard(self) -> bool:
        """Whether the app answered at all."""
        return not isinstance(self.made.answer, Silence)


class Recorder:
    """Records what one endpoint answered, of one connection's changes."""

    def __init__(self, database: Database, clock: Clock, health: Health) -> None:
        self._database = database
        self._clock = clock
        self._health = health

    async def record(self, target: Target, answered: Sequence[Answered], permission: SendPermission) -> bool:
        """Record all of them in one transaction; whether the app is worth another call. `permission` is told of the
        connection.
        """
        now, asked_at = self._clock.now(), read_moment()
        said = [_say(each, now) for each in answered]
        async with self._database.writing() as session:
            # Connection, link, change, endpoint: the loop locks the first three in that order when it records.
            connection = await lock_connection(session, answered[0].change.connection_id)
            await _tell_the_loop(session, answered)
            left = await save_answers(session, said)
            failings = await _save_calls(session, target, answered, said, left)
        seen = Footing(connection.state, connection.settings_version) if connection else None
        permission.note(seen, asked_at)
        for each in said:
            cursor = each.claim.change.cursor
            log.info(
                "change_sent",
                cursor=cursor,
                state=each.state,
                answer=each.answer,
                claim_held=cursor in left,
                brought_by=[each.claim.brought_by] if each.claim.brought_by else [],
            )
        _count(answered, now)
        judged = [
            await self._health.judge(target.endpoint, each.made.status, failing, now)
            for each, failing in zip(answered, failings, strict=True)
        ]
        return all(judged) and all(each.is_heard for each in answered)


def _count(answered: Sequence[Answered], now: datetime) -> None:
    for each in answered:
        DELIVERIES.labels("change", type(each.outcome).__name__.lower()).inc()
        if isinstance(each.outcome, Applied):
            CHANGES_APPLIED.observe(max(0.0, (now - each.change.created_at).total_seconds()))


async def _tell_the_loop(session: WriteSession, answered: Sequence[Answered]) -> None:
    news = [each for each in answered if not isinstance(each.outcome, Failed)]
    if not news:
        return
    acknowledged = [
        Acknowledgement(
            each.change.link_id,
            each.change.revision,
            each.outcome.version,
            each.outcome.replaced_version,
            each.change.kind,
        )
        for each in news
        if isinstance(each.outcome, Applied)
    ]
    await connections.raise_generation(session, news[0].change.connection_id, has_answer=bool(acknowledged))
    await changes.save_acknowledgements(session, acknowledged)


async def _save_calls(
    session: WriteSession,
    target: Target,
    answered: Sequence[Answered],
    said: Sequence[Said],
    left: dict[int, str],
) -> list[Failing | None]:
    """Keep every call; answers how long the endpoint has failed by then, None for a call that was none of that."""
    calls = [
        (_told(target, each.change), each.made.call, _mean(each, word, left))
        for each, word in zip(answered, said, strict=True)
    ]
    await save_well_calls(session, [call for call in calls if _is_plain(call[2])])
    return [
        None if _is_plain(meaning) else await save_call(session, told, call, meaning)
        for told, call, meaning in calls
    ]


def _is_plain(meaning: Meaning) -> bool:
    return meaning.is_well is True and meaning.is_ours


def _mean(answered: Answered, said: Said, left: dict[int, str]) -> Meaning:
    now_in = left.get(answered.change.cursor)
    state = said.state if isinstance(answered.outcome, Applied) else now_in or "pending"
    is_well = _is_well(answered.made.answer)
    return Meaning(_DELIVERY_STATES[state], said.due_at, is_well, is_ours=now_in is not None)


_DELIVERY_STATES = {
    "pending": "pending",
    "applied": "delivered",
    "refused": "refused",
    "superseded": "superseded",
}
"""What the record of a delivery says while its change is in a state."""


def _told(target: Target, change: Change) -> Told:
    return Told(target.id, change.connection_id, f"{CHANGE}{change.cursor}", change.type, change.cursor)


def _is_well(answer: Answer | Silence) -> bool:
    """An app that refuses a change works, whatever it refuses it with."""
    return isinstance(answer, Answer) and (200 <= answer.status < 300 or answer.status == 409)


def _say(answered: Answered, now: datetime) -> Said:
    state, answer = _describe(answered.outcome)
    return Said(answered.claim, state, answer, now, now + draw_delay(answered.change.attempts))


def _describe(outcome: Outcome) -> tuple[str, str]:
    """The state of a change after an outcome, and the answer in words."""
    match outcome:
        case Applied(version=None):
            return "applied", "applied"
        case Applied(version=version):
            return "applied", f"applied as version {version}"
        case Refused():
            return "refused", "refused: it was edited there first"
        case Failed(reason=reason):
            return "pending", reason
