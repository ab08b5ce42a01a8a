"""The gates of the connection, on which everything of it hangs, and how a finding is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.connections.connection import Connection, ConnectionState
from app.domain.connections.next_run import SCHEDULED, tell_run
from app.domain.connections.next_step import find_next_step
from app.domain.holds.hold import Hold
from app.domain.record.fields import instant_in_words
from app.domain.why.gates import Finding, Gate, Outcome
from app.domain.why.reasons import CODE_OF_STATE, reason_of

FACTS_STALE_AFTER = timedelta(days=1)
"""Facts are read anew every few hours while work goes on; older ones tell that none does."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes findings; `places` are the addresses that calls name."""

    places: Mapping[str, str]

    def passed(self, gate: Gate, message: str) -> Finding:
        """A gate that lets it through."""
        return Finding(gate, Outcome.PASSED, message)

    def not_reached(self, gate: Gate, message: str) -> Finding:
        """A gate of which an earlier one keeps us from knowing."""
        return Finding(gate, Outcome.NOT_REACHED, message)

    def failed(self, gate: Gate, code: str, message: str | None = None, cure: str | None = None) -> Finding:
        """A gate at which it is stopped; what is not said is the code's own."""
        reason = reason_of(code)
        call = reason.call.format(**self.places) if reason.call else None
        return Finding(gate, Outcome.FAILED, message or reason.sentence, code, cure or reason.cure, call)

    def held(self, gate: Gate, hold: Hold) -> Finding:
        """A gate at which it is held."""
        return self.failed(gate, hold.code, hold.message, hold.cure)


def judge_connection(connection: Connection, now: datetime, writer: Writer) -> Iterator[Finding]:
    """Authorised and active, its scopes, whether it waits, and whether its organisation is known."""
    yield _judge_state(connection, writer)
    yield _judge_scopes(connection, writer)
    yield _judge_waiting(connection, now, writer)
    yield _judge_organisation(connection, now, writer)


def _judge_state(connection: Connection, writer: Writer) -> Finding:
    code = CODE_OF_STATE.get(connection.state)
    if code is None:
        return writer.passed(Gate.CONNECTION, "The connection is authorised and active.")
    return writer.failed(Gate.CONNECTION, code, connection.reason)


def _judge_scopes(connection: Connection, writer: Writer) -> Finding:
    if connection.state is ConnectionState.PENDING:
        return writer.not_reached(Gate.SCOPES, "No consent was given yet.")
    if not connection.lacks_scopes:
        return writer.passed(Gate.SCOPES, "Xero refused no call for want of a scope.")
    named = ", ".join(connection.missing_scopes) or "a scope that is needed"
    return writer.failed(Gate.SCOPES, "scope_missing", f"The consent lacks {named}.")


def _judge_waiting(connection: Connection, now: datetime, writer: Writer) -> Finding:
    run = tell_run(connection)
    if run is not None:
        return writer.failed(Gate.WAITING, SCHEDULED, run.message, run.cure)
    at = connection.retry_at
    if at is None or at <= now or connection.lacks_scopes:
        return writer.passed(Gate.WAITING, "Nothing keeps the work waiting.")
    which = " Edits by people go on; only a bulk waits." if connection.bulk_waits else ""
    said = connection.retry_message or "The work waits."
    step = find_next_step(connection) if connection.is_app_refused else None
    cure = step.message if step else f"Nothing to do: it is tried again at {instant_in_words(at)}."
    return writer.failed(Gate.WAITING, connection.retry_code or "waiting", f"{said}{which}", cure)


def _judge_organisation(connection: Connection, now: datetime, writer: Writer) -> Finding:
    organisation, read_at = connection.organisation, connection.organisation_fetched_at
    if organisation is None:
        return writer.failed(Gate.ORGANISATION, "organisation_unknown")
    if read_at is None:
        return writer.passed(Gate.ORGANISATION, f"{organisation.name} is known, and about to be read anew.")
    when = instant_in_words(read_at)
    if now - read_at > FACTS_STALE_AFTER:
        message = f"What is known of {organisation.name} was read at {when}, more than a day ago."
        return writer.failed(Gate.ORGANISATION, "organisation_stale", message)
    return writer.passed(Gate.ORGANISATION, f"{organisation.name} is known; its facts were read at {when}.")
