"""An invoice's gates.

Where the loop has looked since the last trigger, its own word stands; where it has not, what it would say now does
(the preview). Gates that can be judged by themselves are, so that a person sees all that is known to be wrong at once;
after the one that holds the invoice the others are not reached.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from app.domain.contacts.contact import SHARED
from app.domain.contacts.contact_legality import judge_contact, judge_use
from app.domain.crossing.left_out import KEPT_APART, find_apart
from app.domain.holds.hold import Hold
from app.domain.invoices.link import InvoiceLink
from app.domain.record.coupling import unknown_words
from app.domain.record.direction import Lanes
from app.domain.record.fields import instant_in_words
from app.domain.record.owed import xero_moves
from app.domain.record.sides import Status
from app.domain.why.facts import InvoiceFacts, held_of, places
from app.domain.why.gates import Answer, Finding, Gate, Outcome
from app.domain.why.hinges import Writer, judge_connection
from app.domain.why.progress import judge_taken, judge_written
from app.domain.why.reasons import reason_of

CROSSING = (Gate.SENT, Gate.SYNC_FROM, Gate.DIRECTIONS)
HINGES = (Gate.CONNECTION, Gate.SCOPES, Gate.WAITING, Gate.ORGANISATION)

_PASSED: Mapping[Gate, str] = {
    Gate.SET_ASIDE: "Nobody set it aside.",
    Gate.SENT: "It was sent to the customer.",
    Gate.SYNC_FROM: "It is not older than what this connection syncs.",
    Gate.DIRECTIONS: "All of it travels as the settings have it, and nothing of it stays on one side.",
    Gate.CONTACT: "Its customer can be named in Xero.",
    Gate.CATEGORIES: "Every category is mapped to an account.",
    Gate.TAXES: "Every tax is mapped to a tax type that fits.",
    Gate.ACCOUNTS: "Every account is active and fits.",
    Gate.ITEMS: "No line waits for an item.",
    Gate.PLAN: "The Xero plan allows it.",
    Gate.CURRENCY: "The organisation has its currency.",
    Gate.NUMBER: "No other invoice of ours has its number.",
    Gate.VALUES: "Its words and amounts are such as Xero takes.",
    Gate.LOCK_DATES: "No lock date forbids it.",
    Gate.STATUS: "Its status allows what is due.",
    Gate.PAID: "No payment or credit in Xero forbids what is due.",
    Gate.PAYMENTS: "Its payments have accounts and fit what is due.",
    Gate.CREDITS: "Its credits fit what is due.",
    Gate.CONFLICTS: "No conflict waits for a person.",
}

_HIDDEN = "An earlier gate keeps it from being known."


@dataclass(slots=True)
class _Walk:
    """One answer in the making: `hold` is what holds the invoice, `is_closed` that nothing later can be known."""

    facts: InvoiceFacts
    writer: Writer
    hold: Hold | None
    is_closed: bool = False
    is_held: bool = False

    @property
    def merged(self) -> InvoiceLink:
        """The link with the newest document merged, where that could be done."""
        return self.facts.preview.link if self.facts.preview else self.facts.link

    @property
    def lanes(self) -> Lanes:
        """What travels which way."""
        return self.facts.connection.settings.lanes


def answer_invoice(facts: InvoiceFacts) -> Answer:
    """Every gate of one invoice, and a sentence."""
    thing = f"{facts.address}/invoices/{facts.link.partner_invoice_id}"
    writer = Writer(places(facts.address, thing))
    walk = _Walk(facts, writer, find_hold(facts))
    findings = tuple(_walk(walk))
    first = _first_failed(facts, findings)
    return Answer(_verdict(facts, first), first.code if first else None, findings)


def find_hold(facts: InvoiceFacts) -> Hold | None:
    """What holds the invoice: by the loop's own word, or where it has not looked since, by what it would say."""
    if facts.link.skip is not None:
        return facts.link.skip.hold
    if not facts.is_behind:
        return held_of(facts.link.standing)
    return facts.preview.plan.hold if facts.preview else None


def _walk(walk: _Walk) -> Iterator[Finding]:
    facts, writer = walk.facts, walk.writer
    yield _judge_received(walk)
    yield from judge_connection(facts.connection, facts.now, writer)
    walk.is_closed = facts.connection.organisation is None
    for gate, message in _PASSED.items():
        yield _judge(walk, gate, message)
    for gate, judge in _LAST.items():
        yield _judge_last(walk, gate, judge)


def _judge(walk: _Walk, gate: Gate, message: str) -> Finding:
    """One gate on the way to Xero: by itself where it can be, else by whether something holds the invoice before it."""
    if walk.hold is not None and reason_of(walk.hold.code).gate is gate:
        walk.is_held = True
        walk.is_closed |= gate is Gate.SET_ASIDE
        return walk.writer.held(gate, walk.hold)
    if walk.is_closed:
        return walk.writer.not_reached(gate, _HIDDEN)
    judge = _BY_THEMSELVES.get(gate)
    found = judge(walk) if judge else None
    if found is not None:
        # What is kept apart stops nothing else of it.
        walk.is_held |= found.code != KEPT_APART
        walk.is_closed |= gate in CROSSING and found.code != KEPT_APART
        return found
    if walk.is_held and judge is None:
        return walk.writer.not_reached(gate, _HIDDEN)
    return walk.writer.passed(gate, message)


def _judge_last(walk: _Walk, gate: Gate, judge: Callable[[_Walk], Finding]) -> Finding:
    """The gates at the end tell how far it came; what is held is not on its way."""
    if walk.hold is not None and reason_of(walk.hold.code).gate is gate:
        walk.is_held = True
        return walk.writer.held(gate, walk.hold)
    found = judge(walk) if not walk.is_closed else walk.writer.not_reached(gate, _HIDDEN)
    if walk.is_held and found.outcome is Outcome.FAILED:
        return walk.writer.not_reached(gate, _HIDDEN)
    walk.is_held |= found.outcome is Outcome.FAILED
    return found


def _judge_received(walk: _Walk) -> Finding:
    link, writer = walk.facts.link, walk.writer
    if link.document is None:
        return writer.passed(Gate.RECEIVED, "It was born in Xero, and is known.")
    at = instant_in_words(link.document.received_at)
    return writer.passed(Gate.RECEIVED, f"Version {link.document.version} of its document came at {at}.")


def _judge_crossing(walk: _Walk, gate: Gate) -> Finding | None:
    """Whether it may cross to Xero for the first time, by the gate's own answer."""
    stays = walk.facts.preview.plan.stays_home if walk.facts.preview else None
    if stays is None or reason_of(stays.code).gate is not gate:
        return None
    return walk.writer.failed(gate, stays.code, stays.message)


def _judge_directions(walk: _Walk) -> Finding | None:
    """Whether it may cross at all, and what of it each side keeps for itself."""
    apart = find_apart(walk.merged.hub, walk.lanes) if walk.merged.xero_invoice_id else None
    if apart is None:
        return _judge_crossing(walk, Gate.DIRECTIONS)
    return walk.writer.failed(Gate.DIRECTIONS, apart.code, apart.message)


def _judge_customer(walk: _Walk) -> Finding | None:
    contact = walk.facts.contact
    if contact is None or not _is_due(walk, "contact"):
        return None
    name = contact.hub.record.get("name") or contact.mention.details.get("name")
    if contact.xero_contact_id is not None:
        hold = judge_use(name, contact.unusable)
    elif contact.skip is not None:
        hold = contact.skip.hold_invoice_of(name)
    else:
        hold = judge_contact({**contact.mention.details, **contact.hub.record}, SHARED)
    return walk.writer.held(Gate.CONTACT, hold) if hold else None


def _is_due(walk: _Walk, start: str) -> bool:
    """Whether what begins so is about to be written: of what Xero holds as it should, nothing is asked."""
    if walk.merged.xero_invoice_id is None:
        return True
    return any(path.startswith(start) for path in xero_moves(walk.merged.hub, walk.lanes))


def _judge_words(walk: _Walk, kind: str, gate: Gate, setting: str) -> Finding | None:
    """Every word that no map knows, not the first alone: one visit to the settings should do."""
    found = [unknown.word for unknown in unknown_words(walk.merged.hub.record) if unknown.kind == kind]
    words = ", ".join(repr(word) for word in dict.fromkeys(found))
    if not words or not _is_due(walk, "lines/"):
        return None
    return walk.writer.failed(
        gate, f"{kind}_unmapped", f"No {setting} has {words}.", f"Map it in the settings under {setting}."
    )


def _judge_conflicts(walk: _Walk) -> Finding | None:
    paths = ", ".join(sorted(walk.merged.hub.open_conflicts))
    if not paths:
        return None
    return walk.writer.failed(
        Gate.CONFLICTS, "conflict_held", f"Both sides changed {paths} to different values."
    )


_BY_THEMSELVES: Mapping[Gate, Callable[[_Walk], Finding | None]] = {
    Gate.SENT: lambda walk: _judge_crossing(walk, Gate.SENT),
    Gate.SYNC_FROM: lambda walk: _judge_crossing(walk, Gate.SYNC_FROM),
    Gate.DIRECTIONS: _judge_directions,
    Gate.CONTACT: _judge_customer,
    Gate.CATEGORIES: lambda walk: _judge_words(walk, "category", Gate.CATEGORIES, "revenue_accounts"),
    Gate.TAXES: lambda walk: _judge_words(walk, "tax", Gate.TAXES, "taxes"),
    Gate.CONFLICTS: _judge_conflicts,
}


def _judge_totals(walk: _Walk) -> Finding:
    link, writer, ours = walk.merged, walk.writer, walk.facts.total
    if link.xero_invoice_id is None or link.xero_total is None:
        return writer.not_reached(Gate.TOTALS, "Xero has shown no total of it yet.")
    if link.hub.record.get("status") == Status.CANCELLED:
        return writer.passed(Gate.TOTALS, "It is cancelled, so no total counts.")
    if find_apart(link.hub, walk.lanes) is not None:
        return writer.passed(Gate.TOTALS, "Each side keeps something of its own, so no totals are compared.")
    if ours is None:
        return writer.not_reached(Gate.TOTALS, "What it comes to is not known: a tax of it is not mapped.")
    if ours == link.xero_total:
        return writer.passed(Gate.TOTALS, f"Both sides come to {ours}.")
    message = f"The lines come to {ours}, and Xero last showed {link.xero_total}."
    return writer.failed(Gate.TOTALS, "total_differs", message)


_LAST: Mapping[Gate, Callable[[_Walk], Finding]] = {
    Gate.WRITTEN: lambda walk: judge_written(walk.facts, walk.writer),
    Gate.TAKEN: lambda walk: judge_taken(walk.facts.change, _next_change(walk), walk.writer),
    Gate.TOTALS: _judge_totals,
}


def _next_change(walk: _Walk) -> bool:
    """Whether the partner's side still needs something."""
    facts = walk.facts
    if facts.is_behind:
        return facts.preview is not None and facts.preview.change is not None
    return facts.link.standing.code == "awaiting_partner"


def _first_failed(facts: InvoiceFacts, findings: tuple[Finding, ...]) -> Finding | None:
    failed = [finding for finding in findings if finding.outcome is Outcome.FAILED]
    if not facts.is_behind:
        # The loop has nothing to do for it: what is the matter with the connection does not stand in its way.
        failed = [finding for finding in failed if finding.gate not in HINGES]
    hold = find_hold(facts)
    own = next((finding for finding in failed if hold is not None and finding.code == hold.code), None)
    hinge = next((finding for finding in failed if finding.gate in HINGES), None)
    return hinge or own or next(iter(failed), None)


def _verdict(facts: InvoiceFacts, first: Finding | None) -> str:
    link = facts.link
    where = "in step" if link.xero_invoice_id else "in Xero"
    if first is not None:
        return f"It is not {where}: {first.message}"
    if facts.is_behind:
        return "It is about to be looked at, and nothing known stands in its way."
    number = link.hub.xero_shadow.get("number")
    total = f", {link.xero_total}" if link.xero_total else ""
    return f"It is in step: both sides show it{total}{f', as {number} in Xero' if number else ''}."
