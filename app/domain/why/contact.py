"""A contact's gates: it goes to Xero with the first invoice that goes there, and from then on edits go both ways."""

from collections.abc import Iterator

from app.domain.crossing.left_out import find_apart
from app.domain.holds.hold import Hold
from app.domain.invoices.link import State
from app.domain.record.direction import Entity
from app.domain.record.fields import instant_in_words
from app.domain.record.sides import Side
from app.domain.why.facts import ContactFacts, held_of, places
from app.domain.why.gates import Answer, Finding, Gate, Outcome
from app.domain.why.hinges import Writer, judge_connection
from app.domain.why.progress import describe_attempt, judge_taken
from app.domain.why.reasons import reason_of

HINGES = (Gate.CONNECTION, Gate.SCOPES, Gate.WAITING, Gate.ORGANISATION)
_HIDDEN = "An earlier gate keeps it from being known."


def answer_contact(facts: ContactFacts) -> Answer:
    """Every gate of one contact, and a sentence."""
    thing = f"{facts.address}/contacts/{facts.link.partner_contact_id}"
    writer = Writer(places(facts.address, thing))
    findings = tuple(_judge_all(facts, writer))
    failed = [finding for finding in findings if finding.outcome is Outcome.FAILED]
    if not facts.is_behind:
        failed = [finding for finding in failed if finding.gate not in HINGES]
    first = next(iter(failed), None)
    return Answer(_verdict(facts, first), first.code if first else None, findings)


def find_contact_hold(facts: ContactFacts) -> Hold | None:
    """What holds the contact: by the loop's own word, or where it has not looked since, by what it would say."""
    if facts.link.skip is not None:
        return facts.link.skip.hold
    return facts.plan.hold if facts.is_behind else held_of(facts.link.standing)


def _judge_all(facts: ContactFacts, writer: Writer) -> Iterator[Finding]:
    yield _judge_received(facts, writer)
    yield from judge_connection(facts.connection, facts.now, writer)
    hold, is_home = find_contact_hold(facts), facts.link.xero_contact_id is None
    yield (
        writer.held(Gate.SET_ASIDE, facts.link.skip.hold)
        if facts.link.skip
        else writer.passed(Gate.SET_ASIDE, "Nobody set it aside.")
    )
    yield (
        writer.failed(Gate.SENT, "no_invoice_yet")
        if is_home and hold is None and not facts.link.push_wanted
        else writer.passed(
            Gate.SENT, "An invoice of it goes to Xero, or it is there, or somebody asked for it."
        )
    )
    yield _judge_directions(facts, writer)
    yield from _judge_held(hold, writer)
    yield _judge_written(facts, hold, writer)
    is_due = facts.next_change is not None and facts.link.skip is None
    taken = judge_taken(facts.change, is_due, writer)
    is_refused = hold is not None and reason_of(hold.code).gate is Gate.TAKEN
    yield writer.held(Gate.TAKEN, hold) if hold is not None and is_refused else taken


def _judge_received(facts: ContactFacts, writer: Writer) -> Finding:
    document = facts.link.document
    if document is not None:
        at = instant_in_words(document.received_at)
        return writer.passed(Gate.RECEIVED, f"Version {document.version} of its document came at {at}.")
    at = instant_in_words(facts.link.mention.said_at)
    return writer.passed(Gate.RECEIVED, f"No document of its own came; it was named at {at}.")


def _judge_directions(facts: ContactFacts, writer: Writer) -> Finding:
    link, lanes = facts.link, facts.connection.settings.lanes
    if link.is_push_due and not lanes.takes(Side.XERO, Entity.CONTACTS):
        return writer.failed(Gate.DIRECTIONS, "contacts_stay_home")
    apart = find_apart(link.hub, lanes) if link.xero_contact_id else None
    if apart is not None:
        return writer.failed(Gate.DIRECTIONS, apart.code, apart.message)
    return writer.passed(Gate.DIRECTIONS, "All of it travels as the settings have it.")


def _judge_held(hold: Hold | None, writer: Writer) -> Iterator[Finding]:
    """Its details and its conflicts: the gates at which a contact can be held."""
    gate = reason_of(hold.code).gate if hold else None
    if hold is not None and gate not in (Gate.SET_ASIDE, Gate.CONFLICTS, Gate.WRITTEN, Gate.TAKEN):
        yield writer.held(Gate.CONTACT, hold)
    else:
        yield writer.passed(Gate.CONTACT, "Its details are such as Xero takes.")
    if hold is not None and gate is Gate.CONFLICTS:
        yield writer.held(Gate.CONFLICTS, hold)
    else:
        yield writer.passed(Gate.CONFLICTS, "No conflict waits for a person.")


def _judge_written(facts: ContactFacts, hold: Hold | None, writer: Writer) -> Finding:
    link, tried = facts.link, describe_attempt(facts.attempt)
    if hold is not None:
        is_here = reason_of(hold.code).gate is Gate.WRITTEN
        return writer.held(Gate.WRITTEN, hold) if is_here else writer.not_reached(Gate.WRITTEN, _HIDDEN)
    if link.hub.unanswered is not None or link.intent is not None:
        return writer.failed(
            Gate.WRITTEN, "outcome_unknown", f"A write was sent and its answer was lost.{tried}"
        )
    if link.xero_contact_id is None:
        return writer.not_reached(Gate.WRITTEN, "It is not in Xero yet.")
    if facts.plan.moves:
        named = ", ".join(facts.plan.moves)
        return writer.failed(
            Gate.WRITTEN, "work_left", f"It waits for its turn. Due in Xero: {named}.{tried}"
        )
    return writer.passed(Gate.WRITTEN, f"Xero holds it as it should.{tried}")


def _verdict(facts: ContactFacts, first: Finding | None) -> str:
    if first is not None:
        is_home = facts.link.xero_contact_id is None
        return f"It is not {'in Xero' if is_home else 'in step'}: {first.message}"
    if facts.is_behind or facts.link.standing.state is State.BEHIND:
        return "It is about to be looked at, and nothing known stands in its way."
    return "It is in step: both sides show it."
