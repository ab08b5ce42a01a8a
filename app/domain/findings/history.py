"""The history of an invoice, a contact or a product: every kind of thing that happened to it, each told in a sentence.

The facts are what the tables keep of it; what an older version did not keep is left out of the sentence.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain.record.fields import instant_in_words

Facts = Mapping[str, Any]


class Happened(StrEnum):
    """What can happen; of two at one instant, in this order."""

    DOCUMENT = "document"
    XERO_EVENT = "xero_event"
    CONFLICT = "conflict"
    DISCREPANCY = "discrepancy"
    DECIDED = "decided"
    ATTEMPT = "attempt"
    HELD = "held"
    RELEASED = "released"
    CHANGE_SENT = "change_sent"
    CHANGE_ANSWERED = "change_answered"
    CONFLICT_CLOSED = "conflict_closed"
    DISCREPANCY_CLOSED = "discrepancy_closed"
    DECISION_ENDED = "decision_ended"

    @property
    def rank(self) -> int:
        return list(Happened).index(self)


_DOING = {
    "create": "Making it in Xero",
    "update": "An update in Xero",
    "pay": "Booking a payment in Xero",
    "unpay": "Taking a payment back in Xero",
    "credit": "Setting a credit against it in Xero",
    "uncredit": "Taking a credit back in Xero",
    "link": "Linking it by hand",
    "unlink": "Unlinking it by hand",
    "join": "Putting it into a group in Xero",
}
_CAME = {"done": "was done", "refused": "was refused", "adopted": "had been done already"}
_DECISIONS = {
    "take_xero": "take Xero's value of {}",
    "take_partner": "take the app's value of {}",
    "merged": "give {} another value",
    "relink": "link it to another one in Xero",
    "ignore": "leave the difference as it is",
    "undo": "take a decision back",
}
_ENDS = {
    "done": "was carried out",
    "overtaken": "was overtaken by an edit",
    "not_possible": "could not be carried out",
    "undone": "was taken back",
}
_STATES = {
    "pending": "was answered, and is sent again",
    "applied": "was applied by the app",
    "refused": "was refused by the app, which had been edited",
    "superseded": "was answered after a newer one had replaced it",
}


def tell(kind: Happened, facts: Facts) -> str:
    """One sentence about one thing that happened."""
    return _SENTENCES[kind](facts)


def _document(facts: Facts) -> str:
    return f"The app's version {facts['version']} was taken in."


def _xero_event(facts: Facts) -> str:
    what = f"{facts['category']} {facts['event_type']}".lower().replace("_", " ")
    dated = facts.get("dated_at")
    when = f", dated {instant_in_words(datetime.fromisoformat(dated))}" if dated else ""
    return f"Xero told that something moved ({what}{when})."


def _conflict(facts: Facts) -> str:
    winner = facts.get("winner")
    outcome = f"the value of {_side(winner)} stands" if winner else "it waits for a person"
    return f"Both sides changed {facts['path']} to different values: by {facts['policy']}, {outcome}."


def _side(side: str) -> str:
    return "Xero" if side == "xero" else "the app"


def _attempt(facts: Facts) -> str:
    doing = _DOING.get(facts["action"], f"An action in Xero ({facts['action']})")
    came = _CAME.get(facts["outcome"], f"came to {facts['outcome']}")
    if (facts["action"], facts["outcome"]) == ("link", "adopted"):
        return _with_words("It was linked to one that is in Xero", facts.get("message"))
    return _with_words(f"{doing} {came}", facts.get("message"))


def _decision(facts: Facts) -> str:
    told = _DECISIONS.get(facts["action"], f"do something ({facts['action']})")
    return told.format(", ".join(facts["paths"]) or "it")


def _decided(facts: Facts) -> str:
    return _with_words(f"A person decided to {_decision(facts)}", facts.get("note"))


def _decision_ended(facts: Facts) -> str:
    end = _ENDS.get(facts["state"], f"is {facts['state']}")
    return _with_words(f"The decision to {_decision(facts)} {end}", facts.get("reason"))


def _held(facts: Facts) -> str:
    return _with_words("It was held", facts.get("message") or facts["code"])


def _change_answered(facts: Facts) -> str:
    state = _STATES.get(facts["state"], f"is {facts['state']}")
    return _with_words(f"Change {facts['revision']} {state}", facts.get("answer"))


def _with_words(sentence: str, words: str | None) -> str:
    return f"{sentence}: {words.rstrip('.')}." if words else f"{sentence}."


_SENTENCES: Mapping[Happened, Callable[[Facts], str]] = {
    Happened.DOCUMENT: _document,
    Happened.XERO_EVENT: _xero_event,
    Happened.CONFLICT: _conflict,
    Happened.CONFLICT_CLOSED: lambda facts: f"The conflict on {facts['path']} ended.",
    Happened.DISCREPANCY: lambda facts: str(facts["message"]),
    Happened.DISCREPANCY_CLOSED: lambda facts: _with_words("A difference ended", facts.get("because")),
    Happened.DECIDED: _decided,
    Happened.DECISION_ENDED: _decision_ended,
    Happened.ATTEMPT: _attempt,
    Happened.HELD: _held,
    Happened.RELEASED: lambda facts: f"It was no longer held for {facts['code']}.",
    Happened.CHANGE_SENT: lambda facts: f"Change {facts['revision']} was put into the app's feed.",
    Happened.CHANGE_ANSWERED: _change_answered,
}
