"""Facts that Xero is ahead of: what its own answers show otherwise than the organisation's facts have it.

Whoever renames an account, or adds a tax rate, is seen by the next invoice first: one that is read, or one that we
wrote. By the facts of before, its lines would lose the app's category to a code that nobody mapped, and come to nothing
known. So the part that is behind is read at once, before the invoice is merged, and the works of the round are said in
the codes of now. A refusal may tell it too, where Xero minds that a code and an id name two accounts.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from app.domain.holds.refusals import REFUSED, explain
from app.domain.invoices.account_codes import NOTHING_MOVED, Moved, list_moved_between
from app.domain.record.fields import Fields
from app.domain.xero.part import LIFTS, Part, list_lifted, list_parts_behind
from app.domain.xero.xero_invoice import Refused, XeroInvoice
from app.reconcile.facts import refresh_facts
from app.reconcile.round import Round
from app.reconcile.taking_up import follow_codes

_MAY_BE_BY_CODE = LIFTS[Part.ACCOUNTS] | {REFUSED}
"""Holds for refusals that a code of before may bring about; in which words Xero says it nobody knows."""

Seen = tuple[XeroInvoice, Fields]
"""An invoice as Xero shows it, and what it was last known to hold."""


async def learn_from_invoices(current: Round, seen: Iterable[Seen]) -> Moved:
    """Read what these invoices are ahead of; answers the codes that accounts have no more."""
    found = (list_parts_behind(current.organisation, invoice.lines, held) for invoice, held in seen)
    return await _learn(current, frozenset[Part]().union(*found))


async def learn_from_refusals(current: Round, answers: Sequence[object]) -> Moved:
    """Read the accounts where Xero refused what may be said by a code of before, once in a round; answers as the other
    does.
    """
    codes = {explain(answer.messages).code for answer in answers if isinstance(answer, Refused)}
    if not codes & _MAY_BE_BY_CODE or current.has_learned_from_refusals:
        return NOTHING_MOVED
    current.has_learned_from_refusals = True
    return await _learn(current, {Part.ACCOUNTS})


async def _learn(current: Round, parts: Collection[Part]) -> Moved:
    if not parts:
        return NOTHING_MOVED
    before = current.organisation
    known = replace(current.connection, organisation=before)
    current.organisation, told = await refresh_facts(
        current.lease, current.database, current.clock, known, current.xero, parts
    )
    current.has_told_of_facts |= told
    current.lifted |= list_lifted(before, current.organisation)
    moved = list_moved_between(before, current.organisation)
    follow_codes(current, moved)
    return moved
