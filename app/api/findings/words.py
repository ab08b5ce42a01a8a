"""A conflict in words: who changed what and when, which policy decided, and what became of the other value."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.db.findings.conflicts import ConflictState, KeptConflict
from app.domain.record.fields import ABSENT, instant_text

_WHO = {"partner": "the app", "xero": "Xero"}
_WHY = {
    "xero_wins": "The policy xero_wins decided for Xero.",
    "partner_wins": "The policy partner_wins decided for the app.",
    "newest_wins": "The policy newest_wins decided for {who}, which had moved last.",
    "to_xero": "It goes to Xero and not back, so the app's word stood.",
    "to_partner": "It comes from Xero and does not go there, so Xero's word stood.",
}


def explain(conflict: KeptConflict) -> str:
    """The conflict's story, in sentences."""
    told = [
        _agreed(conflict),
        *(_changed(conflict, side) for side in ("partner", "xero")),
        _outcome(conflict),
    ]
    return " ".join(sentence for sentence in told if sentence)


def _agreed(conflict: KeptConflict) -> str:
    what = f"invoice {conflict.partner_invoice_id}"
    if conflict.partner_contact_id is not None:
        what = f"contact {conflict.partner_contact_id}"
    base = conflict.values.get("base", ABSENT)
    agreed = f"; both had agreed on {_say(base)}." if base is not ABSENT else "."
    if any(_is_unchanged(conflict, side) for side in ("partner", "xero")):
        both = f"One side said otherwise how amounts of {what} are, the other changed money of its lines."
        return f"{both} One of them stands in all of it, {conflict.path} too{agreed}"
    return f"Both sides changed {conflict.path} of {what}{agreed}"


def _is_unchanged(conflict: KeptConflict, side: str) -> bool:
    """Whether that side left it as it was, so that it is in conflict only by what it depends on."""
    return bool(conflict.values.get(side, ABSENT) == conflict.values.get("base", ABSENT))


def _changed(conflict: KeptConflict, side: str) -> str:
    moved_at = conflict.partner_at if side == "partner" else conflict.xero_at
    value = conflict.values.get(side, ABSENT)
    came = "whose document came" if side == "partner" else "which last moved"
    when = f", {came} at {_at(moved_at)}," if moved_at else ""
    did = "took it away" if value is ABSENT else f"said {_say(value)}"
    if _is_unchanged(conflict, side):
        did = "did not have it" if value is ABSENT else "left it as it was"
    who = _WHO[side]
    return f"{who[0].upper()}{who[1:]}{when} {did}."


def _outcome(conflict: KeptConflict) -> str:
    if conflict.state is ConflictState.SETTLED:
        winner = conflict.winner or ""
        loser = "xero" if winner == "partner" else "partner"
        why = _WHY.get(conflict.policy, "It was decided for {who}.").format(who=_WHO[winner])
        if conflict.policy_field is not None:
            why += f" That was chosen for {conflict.policy_field}."
        return f"{why} What {_WHO[loser]} said is kept here and nowhere else."
    if conflict.state is ConflictState.CLOSED:
        return f"It was held for a person, and ended at {_at(conflict.closed_at)}."
    if conflict.state is ConflictState.IGNORED:
        return (
            "A person left it as it is: each side keeps its own value, and nobody is asked while these stay."
        )
    return "It is held for a person: until it is decided, each side keeps its own value, and everything else goes on."


def _say(value: Any) -> str:
    """A value in a sentence; a line is said by its description, its price and its discount."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        line = f"a line of {value['description']!r}" if value.get("description") else "a line"
        price = f" at {value['unit_price']}" if value.get("unit_price") else ""
        return line + price + _say_discount(value)
    return repr(value) if isinstance(value, str) else str(value)


def _say_discount(line: Mapping[str, Any]) -> str:
    if line.get("discount_rate"):
        return f" with {line['discount_rate']} % off"
    return f" with {line['discount_amount']} off" if line.get("discount_amount") else ""


def _at(moment: datetime | None) -> str:
    return instant_text(moment) if moment else "an unknown time"
