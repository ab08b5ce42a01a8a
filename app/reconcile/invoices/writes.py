"""From a plan to what Xero is asked: pure, and exact about what Xero should hold afterwards.

The *target* is Xero's projection after the write: what it holds now, overlaid with the moves of this write alone.
Payments and held conflicts are in it as Xero has them, so the answer can be compared with the target, and whatever
differs is Xero's own doing.
"""

from collections.abc import Iterable, Mapping

from app.domain.findings.discrepancy import LINES_ALONG
from app.domain.invoices.link import InvoiceLink
from app.domain.invoices.plan import Plan
from app.domain.invoices.recognition import mark_of
from app.domain.record.apart import offer
from app.domain.record.direction import Lanes
from app.domain.record.fields import (
    ABSENT,
    DISCOUNTS,
    LINE_ORDER,
    Fields,
    Value,
    group_of,
    is_text_only,
    keys_of,
    line_keys,
    member,
    member_of,
    without_groups,
)
from app.domain.record.hub import Hub
from app.domain.record.money import covered, tax_amounts
from app.domain.record.moves import Move, apply_moves
from app.domain.record.owed import xero_moves
from app.domain.record.sides import MEMBERS, Side, Status, project
from app.domain.xero.line_identities import with_identities
from app.domain.xero.organisation import Organisation
from app.domain.xero.xero_invoice import DRAFTS, InvoiceWrite, LineWrite


def create_target(hub: Hub, lanes: Lanes) -> dict[str, Value]:
    """What Xero holds once the record has been created there, without what is withheld from it."""
    offered = offer(Side.XERO, project(Side.XERO, hub.record), lanes)
    return without_groups(without_groups(offered, "payments"), "credits")


def update_target(hub: Hub, plan: Plan, lanes: Lanes) -> dict[str, Value]:
    """What Xero holds once the plan's moves have been written."""
    if hub.record.get("status") == Status.CANCELLED:
        return {**hub.xero_shadow, "status": Status.CANCELLED.value}
    moves = xero_moves(hub, lanes)
    return apply_moves(hub.xero_shadow, {path: moves[path] for path in plan.moves})


def build_create(
    link: InvoiceLink,
    target: Fields,
    xero_contact_id: str,
    organisation: Organisation,
    branding_theme_id: str | None,
) -> InvoiceWrite:
    """A new invoice, approved and marked as sent unless it is a wanted draft; with our mark in its address if it has
    one that Xero takes.

    Theme and rate of exchange are said once, here: the one is Xero's alone, the other settled with the invoice.
    """
    url = link.hub.record.get("url")
    if url and "xero" in url.lower():
        url = None  # Xero refuses an address with its name in it (FACTS 4.3), and the invoice is worth more.
    return InvoiceWrite(
        xero_invoice_id=None,
        header={path: value for path, value in target.items() if "/" not in path and path != LINE_ORDER},
        lines=_lines(link, target, {}, organisation),
        xero_contact_id=xero_contact_id,
        branding_theme_id=branding_theme_id,
        currency_rate=link.document.body.get("currency_rate") if link.document else None,
        url=f"{url.partition('#')[0]}{mark_of(link.id)}" if url else None,
    )


def build_update(
    link: InvoiceLink, plan: Plan, target: Fields, xero_contact_id: str | None, organisation: Organisation
) -> InvoiceWrite:
    """Only what moves; the lines whole, with their ids, when any of them does (FACTS 4.6).

    Discounted lines go along with any other move: Xero is said to drop discounts from lines that it is not sent
    (FACTS 4.4). Of an invoice with payments they stay out, because Xero refuses its lines.
    """
    if target.get("status") == Status.CANCELLED:
        ended = {"status": Status.CANCELLED.value}
        return InvoiceWrite(link.xero_invoice_id, ended, None, is_draft=link.xero_status in DRAFTS)
    header = {path: target.get(path) for path in plan.moves if "/" not in path and path != LINE_ORDER}
    has_lines = plan.with_tax_amounts or takes_lines(plan.moves, target)
    if has_lines:
        header["amounts_are"] = target.get("amounts_are")
    taxes = tax_amounts(target, organisation.rates()) if plan.with_tax_amounts else None
    return InvoiceWrite(
        xero_invoice_id=link.xero_invoice_id,
        header=header,
        lines=_lines(link, target, taxes or {}, organisation) if has_lines else None,
        xero_contact_id=xero_contact_id,
    )


def takes_lines(moves: Iterable[str], target: Fields) -> bool:
    """Whether an update that moves these paths has to say the lines."""
    if target.get("status") == Status.CANCELLED:
        return False
    is_about_lines = any(path in (LINE_ORDER, "amounts_are") or path.startswith("lines/") for path in moves)
    return is_about_lines or (_is_discounted(target) and not covered(target))


def _is_discounted(target: Fields) -> bool:
    return any(value and member_of(path) in DISCOUNTS for path, value in target.items())


def with_lines_along(moves: Mapping[str, Move], target: Fields) -> dict[str, Move]:
    """The moves of an update that says the lines, and that others go along which it does not move, if there are any."""
    moved = {group_of(path) for path in moves}
    if all(f"lines/{key}" in moved for key in keys_of(target, "lines")):
        return dict(moves)
    return {**moves, LINES_ALONG: (ABSENT, ABSENT)}


def _becomes_text(link: InvoiceLink, target: Fields, key: str) -> bool:
    """Xero keeps the price of a line that is said by its id and without one: such a line is made anew (FACTS 4.6)."""
    return is_text_only(target, key) and not is_text_only(link.hub.xero_shadow, key)


def _lines(
    link: InvoiceLink, target: Fields, taxes: dict[str, Value], organisation: Organisation
) -> tuple[LineWrite, ...]:
    xero_ids = {key: xero_id for xero_id, key in link.line_ids.items()}
    names, held = sorted(MEMBERS[Side.XERO]["lines"]), link.hub.xero_shadow
    lines = (
        LineWrite(
            xero_line_id=None if _becomes_text(link, target, key) else xero_ids.get(key),
            # Of a line that is only a description nothing else is said, or Xero would make it one of no money.
            members={
                name: member(target, "lines", key, name)
                for name in (["description"] if is_text_only(target, key) else names)
                # What neither is nor was there need not be cleared.
                if (path := f"lines/{key}/{name}") in target or path in held
            },
            tax_amount=taxes.get(key),
        )
        for key in line_keys(target)
    )
    return tuple(with_identities(line, organisation) for line in lines)
