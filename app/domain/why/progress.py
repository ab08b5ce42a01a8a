"""How far a thing came: written to Xero, and taken by the partner's app. The last gates, the same for every kind."""

from app.domain.invoices.link import State
from app.domain.invoices.preview import StepKind
from app.domain.record.fields import instant_in_words
from app.domain.why.facts import InvoiceFacts, LastAttempt, LastChange, held_of
from app.domain.why.gates import Finding, Gate
from app.domain.why.hinges import Writer


def judge_written(facts: InvoiceFacts, writer: Writer) -> Finding:
    """Whether Xero holds what it should, and what came of the last attempt."""
    link, gate = facts.link, Gate.WRITTEN
    tried = describe_attempt(facts.attempt)
    if link.hub.unanswered is not None or link.intents:
        return writer.failed(gate, "outcome_unknown", f"A write was sent and its answer was lost.{tried}")
    if facts.is_behind and facts.preview is not None and facts.preview.writes:
        before = held_of(link.standing)
        again = f" Before, it was held: {before.message}" if before else ""
        return writer.failed(gate, "work_left", f"{describe_steps(facts)}{again}{tried}")
    if not facts.is_behind and link.standing.state is State.BEHIND and link.standing.code == "work_left":
        return writer.failed(gate, "work_left", f"More is to be written to Xero.{tried}")
    if link.xero_invoice_id is None:
        return writer.not_reached(gate, "Nothing was ever to be written.")
    number = link.hub.xero_shadow.get("number") or "an invoice without a number"
    return writer.passed(gate, f"Xero holds it as {number}, {link.xero_status or 'as it was'}.{tried}")


def describe_steps(facts: InvoiceFacts) -> str:
    """What is due in Xero, in a few words."""
    steps = facts.preview.steps if facts.preview else ()
    kinds = [step.kind for step in steps if step.kind not in (StepKind.READ, StepKind.TELL_PARTNER)]
    named = ", ".join(kind.value.replace("_", " ") for kind in dict.fromkeys(kinds))
    return f"It waits for its turn. Due in Xero: {named}."


def describe_attempt(attempt: LastAttempt | None) -> str:
    """What was tried last, as a further sentence; none where nothing was."""
    if attempt is None:
        return ""
    said = f": {attempt.message}" if attempt.message else ""
    at = instant_in_words(attempt.at)
    return f" Last tried at {at}: {attempt.action}, {attempt.outcome}{said}."


def judge_taken(change: LastChange | None, is_due: bool, writer: Writer) -> Finding:
    """Whether the partner's app has taken what it should show, and what it said last."""
    gate = Gate.TAKEN
    if not is_due:
        if change is None:
            return writer.passed(gate, "The app was sent nothing, and needs nothing.")
        return writer.passed(gate, f"The app needs nothing more.{_describe(change)}")
    if change is None or change.state != "pending":
        return writer.failed(gate, "awaiting_partner", "A change is about to be sent to the app.")
    return writer.failed(gate, "awaiting_partner", f"The app has not confirmed a change.{_describe(change)}")


def _describe(change: LastChange) -> str:
    made = instant_in_words(change.created_at)
    sent = f" Revision {change.revision} of {made} is {change.state}, sent {_times(change.attempts)}"
    return f"{sent}; its last answer: {change.answer}." if change.answer else f"{sent}."


def _times(count: int) -> str:
    return {0: "not yet", 1: "once", 2: "twice"}.get(count, f"{count} times")
