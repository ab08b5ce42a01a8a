"""What a report shows of a thing, from its link as it stands, or as it is foreseen."""

from collections.abc import Mapping
from decimal import Decimal

from app.db.exports.export_states import LinkState
from app.domain.exports.export import ThingKind
from app.domain.exports.export_thing import Face
from app.domain.invoices.link import InvoiceLink
from app.domain.record.credit import CreditKind
from app.domain.record.fields import Fields, keys_of, member
from app.domain.record.money import totals
from app.domain.record.sides import Side, project
from app.domain.xero.xero_invoice import BORN_IN_XERO
from app.reconcile.exports.foresight import FORESEEN

Rates = Mapping[str, Decimal]

PART_OF_CREDIT = {
    CreditKind.CREDIT_NOTE.value: ThingKind.CREDIT_NOTE,
    CreditKind.PREPAYMENT.value: ThingKind.PREPAYMENT,
    CreditKind.OVERPAYMENT.value: ThingKind.OVERPAYMENT,
}


def state_of(link: InvoiceLink) -> LinkState:
    """An invoice's link as an export sees it; ids that were only foreseen are none."""
    in_xero = link.xero_invoice_id != FORESEEN
    return LinkState(
        id=link.id,
        partner_id=link.partner_invoice_id,
        xero_id=link.xero_invoice_id if in_xero else None,
        is_behind=False,
        standing=link.standing,
        record=link.hub.record,
        xero_shadow=link.hub.xero_shadow if in_xero else {},
        xero_total=link.xero_total if in_xero else None,
        payment_ids=link.payment_ids,
        credit_ids=link.credit_ids,
        overpaid=link.overpaid,
    )


def face_of_invoice(state: LinkState, customer: str | None, rates: Rates) -> Face:
    """An invoice with both its numbers and totals."""
    known = totals(state.record, rates)
    return Face(
        partner_id=state.partner_id,
        xero_id=state.xero_id,
        partner_number=state.record.get("number"),
        xero_number=state.xero_shadow.get("number") or project(Side.XERO, state.record).get("number"),
        customer=customer,
        currency=state.record.get("currency"),
        total=known.total if known else None,
        xero_total=Decimal(state.xero_total) if state.xero_total is not None else None,
        xero_page_id=state.xero_id,
    )


def face_of_part(state: LinkState, kind: ThingKind, key: str, customer: str | None) -> Face:
    """A payment or a credit of an invoice, under the invoice's numbers."""
    group = path_of_part(state.record, kind, key).partition("/")[0]
    amount = member(state.record, group, key, "amount")
    held = member(state.xero_shadow, group, key, "amount")
    overpaid = state.overpaid.get(key) if kind is ThingKind.OVERPAYMENT else None
    return Face(
        partner_id=state.partner_id,
        xero_id=_find_part_id(state, kind, key),
        partner_number=state.record.get("number"),
        xero_number=state.xero_shadow.get("number"),
        customer=customer,
        currency=state.record.get("currency"),
        total=overpaid.amount if overpaid else _decimal(amount),
        xero_total=overpaid.amount if overpaid and state.xero_id else _decimal(held),
        xero_page_id=state.xero_id,
    )


def face_of_contact(state: LinkState) -> Face:
    """A customer by its name."""
    return Face(
        partner_id=state.partner_id,
        xero_id=state.xero_id,
        customer=state.record.get("name"),
        xero_page_id=state.xero_id,
    )


def face_of_item(state: LinkState) -> Face:
    """A product by its code on both sides, in the place of the numbers."""
    return Face(
        partner_id=state.partner_id,
        xero_id=state.xero_id,
        partner_number=state.record.get("code"),
        xero_number=state.xero_shadow.get("code") if state.xero_id else None,
    )


def is_of_payment(record: Fields, kind: ThingKind, key: str) -> bool:
    """Whether a part is a payment, or what exceeds one, rather than a credit of the app's."""
    if kind is ThingKind.PAYMENT:
        return True
    return kind is ThingKind.OVERPAYMENT and key not in keys_of(record, "credits")


def path_of_part(record: Fields, kind: ThingKind, key: str) -> str:
    """The group of the record that a part is: `payments/p1`."""
    return f"payments/{key}" if is_of_payment(record, kind, key) else f"credits/{key}"


def is_part_in_xero(state: LinkState, kind: ThingKind, key: str) -> bool:
    """Whether Xero is known to hold that payment, that overpayment, or to apply that credit."""
    if kind is ThingKind.PAYMENT:
        return key in keys_of(state.xero_shadow, "payments")
    if is_of_payment(state.record, kind, key):
        return key in state.overpaid
    return key in keys_of(state.xero_shadow, "credits")


def is_part_wanted(state: LinkState, kind: ThingKind, key: str) -> bool:
    """Whether the app has it still."""
    return key in keys_of(state.record, path_of_part(state.record, kind, key).partition("/")[0])


def list_parts(record: Fields) -> list[tuple[ThingKind, str]]:
    """The payments and credits of the app's own; those that came from Xero need no export."""
    payments = [(ThingKind.PAYMENT, key) for key in keys_of(record, "payments")]
    kinds = {key: member(record, "credits", key, "kind") for key in keys_of(record, "credits")}
    parts = payments + [(PART_OF_CREDIT[kind], key) for key, kind in kinds.items() if kind in PART_OF_CREDIT]
    return [(kind, key) for kind, key in parts if not key.startswith(BORN_IN_XERO)]


def _find_part_id(state: LinkState, kind: ThingKind, key: str) -> str | None:
    if kind is ThingKind.OVERPAYMENT and key in state.overpaid:
        return _real(state.overpaid[key].xero_overpayment_id)
    ids = state.payment_ids if kind is ThingKind.PAYMENT else state.credit_ids
    return _real(next((xero_id for xero_id, ours in ids.items() if ours == key), None))


def _real(xero_id: str | None) -> str | None:
    return None if xero_id is None or xero_id.startswith(FORESEEN) else xero_id


def _decimal(text: str | None) -> Decimal | None:
    return Decimal(text) if text is not None else None
