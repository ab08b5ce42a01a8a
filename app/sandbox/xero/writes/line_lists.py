"""The lines of a posted document, of whichever kind: their tax basis, and the whole list laid over the one held.

When LineItems is sent it is the whole list: a held line that is not in it is deleted (FACTS 4.6). Sending it without
LineAmountTypes falls back to Exclusive, the API's default (FACTS 4.4).
"""

from collections.abc import Sequence

from app.sandbox.xero.books.lines import Line, LineRules, build_line, with_tax, without_discount
from app.sandbox.xero.forms.elements import Element
from app.sandbox.xero.forms.refusals import Refused

_BASES = {"exclusive": "Exclusive", "inclusive": "Inclusive", "notax": "NoTax"}


def read_basis(element: Element, held: str) -> str:
    """Exclusive, Inclusive or NoTax. Raises Refused."""
    sent = element.text("LineAmountTypes")
    if not sent:
        return "Exclusive" if element.has("LineItems") else held
    if sent.lower() not in _BASES:
        raise Refused(f"'{sent}' is not a valid LineAmountTypes value.")
    return _BASES[sent.lower()]


def build_lines(element: Element, before: Sequence[Line] | None, rules: LineRules) -> tuple[Line, ...]:
    """The lines after this request; the old ones re-taxed on the new basis when none were sent."""
    sent = element.many("LineItems")
    if sent is None and before and rules.books.behaviour.lines_not_sent == "kept_without_discounts":
        before = [without_discount(line, rules) for line in before]
    if sent is None and before is not None:
        return tuple(_recheck(line, rules) for line in before)
    held = {line.line_id: line for line in before or ()}
    lines = []
    for entry in sent or ():
        line_id = (entry.text("LineItemID") or "").lower()
        if line_id and before is not None and line_id not in held:
            rules.say(f"The LineItemID {line_id} could not be found on this document.")
        lines.append(build_line(entry, held.pop(line_id, None), rules))
    if not lines:
        rules.say("One or more line items must be specified")
    return tuple(lines)


def _recheck(line: Line, rules: LineRules) -> Line:
    if rules.is_approved and not line.is_text_only and not line.account_id:
        rules.say("The account code or ID must be specified")
    return line if line.is_text_only else with_tax(line, line, None, None, rules)
