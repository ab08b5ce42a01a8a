"""Facts that are older than what Xero's own answers show: those parts are read again at once.

Whoever renames an account, or adds a tax rate, is seen by the next invoice first: one that is read, or one that we
wrote. By the facts of before, its lines would lose the app's category to a code that nobody mapped, and come to nothing
known. So the part that is behind is read at once, before the invoice is merged, and the works of the round are said in
the codes of now. What Xero makes of a write tells more: a total that it reckons by another percentage, and a refusal of
a code that is another account's, or of a branding theme that is gone.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from app.domain.holds.refusals import MISSING, REFUSED, explain
from app.domain.invoices.account_codes import NOTHING_MOVED, Moved, list_moved_between, names_any
from app.domain.record.fields import Fields
from app.domain.record.money import CENT, totals
from app.domain.xero.organisation import Organisation
from app.domain.xero.part import LIFTS, Part, list_lifted, list_parts_behind
from app.domain.xero.xero_invoice import InvoiceWrite, Refused, XeroInvoice, XeroLine
from app.reconcile.facts.refresh import refresh_facts
from app.reconcile.round import Round
from app.reconcile.taking_up import follow_codes

_MAY_BE_BY_CODE = LIFTS[Part.ACCOUNTS] | {REFUSED}
"""Holds for refusals that a code of before may bring about; in which words Xero says it nobody knows."""

_MAY_BE_BY_THEME = frozenset({REFUSED, MISSING})
"""Holds for refusals that a branding theme which is gone may bring about."""

JUST_READ = timedelta(minutes=1)

Seen = tuple[XeroInvoice, Fields]
"""An invoice as Xero shows it, and what it was last known to hold."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of something that was written: `outcome` is what Xero holds of it, or its refusal.

    `write` is None where it is no invoice; `target` is what Xero was to hold, `held` what it held before.
    """

    outcome: object
    write: InvoiceWrite | None = None
    target: Fields = field(default_factory=dict)
    held: Fields = field(default_factory=dict)


async def learn_from_invoices(current: Round, seen: Iterable[Seen]) -> Moved:
    """Read what these invoices are ahead of; answers the codes that accounts have no more."""
    invoices = list(seen)
    found = (list_parts_behind(current.organisation, invoice.lines, held) for invoice, held in invoices)
    lines = [line for invoice, _ in invoices for line in invoice.lines]
    return await _learn(current, frozenset[Part]().union(*found), lines)


async def learn_from_answers(current: Round, answered: Sequence[Answered]) -> Moved:
    """Read what Xero's answers to writes are ahead of, for refusals once in a round; answers as the other does."""
    parts, lines = frozenset[Part](), list[XeroLine]()
    for each in answered:
        if isinstance(each.outcome, XeroInvoice):
            lines += each.outcome.lines
            parts |= list_parts_behind(current.organisation, each.outcome.lines, each.held)
            if _is_reckoned_otherwise(each, each.outcome, current.organisation):
                parts |= {Part.TAX_RATES}
    return await _learn(current, parts, lines) or await learn_from_refusals(current, answered)


async def learn_from_refusals(current: Round, answered: Sequence[Answered]) -> Moved:
    """Read what may be behind where Xero refused, once in a round; answers as the others do."""
    parts = frozenset[Part]().union(*map(_list_parts_of_refusal, answered))
    if not parts or current.has_learned_from_refusals:
        return NOTHING_MOVED
    current.has_learned_from_refusals = True
    return await _learn(current, parts)


async def learn_accounts(current: Round) -> Moved:
    """Read the chart before something is written that names accounts by their codes alone, once in a round at most:
    what Xero makes of such a code tells nothing of the account that was meant. Facts that were just read are believed.
    """
    read_at = current.connection.organisation_fetched_at
    if current.has_learned_accounts or (read_at is not None and current.clock.now() < read_at + JUST_READ):
        return NOTHING_MOVED
    current.has_learned_accounts = True
    return await _learn(current, {Part.ACCOUNTS})


def is_written_anew(current: Round, refused: Answered, code: str, moved: Moved) -> bool:
    """Whether what Xero refused was said by facts that were behind: it is judged, or written, again by those of now."""
    theme = refused.write.branding_theme_id if refused.write else None
    is_theme_gone = theme is not None and theme != current.branding_theme_id
    return is_theme_gone or code in current.lifted or names_any(refused.target, moved)


def _is_reckoned_otherwise(each: Answered, shown: XeroInvoice, organisation: Organisation) -> bool:
    """Whether Xero taxed the lines by other percentages than are known: by more than rounding does."""
    lines = each.write.lines if each.write else None
    expected = totals(each.target, organisation.rates()) if lines else None
    if not lines or expected is None or any(line.tax_amount is not None for line in lines):
        return False
    return abs(shown.total - expected.total) > CENT * len(lines)


def _list_parts_of_refusal(each: Answered) -> frozenset[Part]:
    if not isinstance(each.outcome, Refused):
        return frozenset()
    code, parts = explain(each.outcome.messages).code, set[Part]()
    if code in _MAY_BE_BY_CODE:
        parts.add(Part.ACCOUNTS)
    if code in _MAY_BE_BY_THEME and each.write is not None and each.write.branding_theme_id is not None:
        parts.add(Part.THEMES)
    return frozenset(parts)


async def _learn(current: Round, parts: Collection[Part], lines: Collection[XeroLine] = ()) -> Moved:
    if not parts:
        return NOTHING_MOVED
    before = current.organisation
    known = replace(current.connection, organisation=before)
    current.organisation, told = await refresh_facts(
        current.lease, current.database, current.clock, known, current.xero, parts, lines
    )
    current.has_told_of_facts |= told
    current.lifted |= list_lifted(before, current.organisation)
    moved = list_moved_between(before, current.organisation)
    follow_codes(current, moved)
    return moved
