"""What Xero does with a posted credit note: create it, or lay it over the one that it identifies (FACTS 5).

The statuses are an invoice's; discounts are refused; what is allocated or refunded fixes the money and forbids a void.
Where Xero's words for a credit note are not known, an invoice's are said with the other name.
"""

from dataclasses import replace
from uuid import uuid4

from app.sandbox.xero.books.credits import CREDIT_NOTE, Credit
from app.sandbox.xero.books.lines import LineRules
from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.books.totals import build_totals
from app.sandbox.xero.forms.elements import Element
from app.sandbox.xero.forms.refusals import Refused
from app.sandbox.xero.writes import editing
from app.sandbox.xero.writes.allocation_writes import keep_credit
from app.sandbox.xero.writes.contact_writes import place_contact
from app.sandbox.xero.writes.line_lists import build_lines, read_basis

NOT_FOUND = "An existing Credit Note with the specified CreditNoteID could not be found"
NOT_MODIFIABLE = "Credit Note not of valid status for modification"
VOID_BLOCKED = (
    "The status VOIDED cannot be applied to the credit note because it has payments or allocations."
)


def create_credit_note(
    organisation: Organisation, element: Element, unit_places: int, by_app: bool
) -> Credit:
    """PUT: always a new credit note. Raises Refused."""
    kind, status = element.text("Type") or "", (element.text("Status") or "DRAFT").upper()
    if kind not in ("ACCRECCREDIT", "ACCPAYCREDIT"):
        raise Refused("Credit Note not of valid type for creation")
    if status not in editing.NEW_STATUSES:
        raise Refused("Credit Note not of valid status for creation")
    contact = place_contact(organisation, element.one("Contact"), by_app)
    blank = Credit(
        credit_id=str(uuid4()),
        family=CREDIT_NOTE,
        kind=kind,
        contact_id=contact.contact_id,
        status=status,
        issued_on=element.day("Date") or organisation.today(),
        amounts_are="Exclusive",
        currency=organisation.base_currency,
        updated_at=organisation.clock.now(),
    )
    return _write(organisation, element, None, blank, unit_places)


def save_credit_note(
    organisation: Organisation, element: Element, unit_places: int, by_app: bool, credit: Credit | None
) -> Credit:
    """POST: update `credit`, or the one that the element's id or number names; else create. Raises Refused."""
    before = credit or _find(organisation, element)
    if before is None:
        return create_credit_note(organisation, element, unit_places, by_app)
    wanted = (element.text("Status") or before.status).upper()
    if before.is_dead or wanted not in editing.TRANSITIONS[before.status]:
        raise Refused(NOT_MODIFIABLE)
    if wanted in ("VOIDED", "DELETED"):
        return end_credit(organisation, before, wanted)
    base = replace(before, status=wanted)
    if element.has("Contact"):
        contact = place_contact(organisation, element.one("Contact"), by_app)
        base = replace(base, contact_id=contact.contact_id)
    return _write(organisation, element, before, base, unit_places)


def end_credit(organisation: Organisation, credit: Credit, status: str) -> Credit:
    """Void or delete a credit of any family that nothing was used of. Raises Refused."""
    if credit.is_dead:
        raise Refused(NOT_MODIFIABLE)
    if credit.amount_used:
        raise Refused(VOID_BLOCKED)
    locked = organisation.lock_message(credit.issued_on)
    if locked:
        raise Refused(locked)
    return keep_credit(organisation, credit, replace(credit, status=status))


def _find(organisation: Organisation, element: Element) -> Credit | None:
    credit_id, number = element.text("CreditNoteID"), element.text("CreditNoteNumber")
    if credit_id:
        found = organisation.credits.find(CREDIT_NOTE, credit_id)
        if found is None:
            raise Refused(NOT_FOUND)
        return found
    if number and element.text("Type") != "ACCPAYCREDIT":
        return organisation.credits.find_numbered(number)
    return None


def _write(
    organisation: Organisation, element: Element, before: Credit | None, base: Credit, unit_places: int
) -> Credit:
    rules = LineRules(
        organisation.line_books,
        read_basis(element, base.amounts_are),
        unit_places,
        is_approved=base.status != "DRAFT",
        is_sale=base.is_sale,
    )
    lines = build_lines(element, before.lines if before else None, rules)
    after = _header(organisation, element, base, rules)
    after = sum_credit(replace(after, amounts_are=rules.amounts_are, lines=lines))
    messages = [*rules.messages, *_complaints(organisation, before, after)]
    if messages:
        raise Refused(*messages)
    return keep_credit(organisation, before, after)


def _header(organisation: Organisation, element: Element, base: Credit, rules: LineRules) -> Credit:
    """The fields of the header that were sent, laid over the ones held."""
    reference = base.reference if not element.has("Reference") else element.text("Reference") or ""
    currency = (element.text("CurrencyCode") or base.currency).upper()
    if not organisation.has_currency(currency):
        rules.say(f"Organisation is not subscribed to currency {currency}")
        currency = base.currency
    return replace(
        base,
        number=_number(organisation, element, base, rules),
        currency=currency,
        issued_on=element.day("Date") or base.issued_on,
        reference=reference if base.is_sale else "",
        branding_theme_id=element.text("BrandingThemeID") or base.branding_theme_id,
    )


def _number(organisation: Organisation, element: Element, base: Credit, rules: LineRules) -> str:
    sent = element.text("CreditNoteNumber") or base.number
    if not base.is_sale:
        return sent
    if not sent:
        return organisation.credits.next_number()
    holder = organisation.credits.find_numbered(sent)
    if holder is not None and holder.credit_id != base.credit_id:
        rules.say("Credit Note # must be unique.")
    if len(sent) > 255 or not (sent.isascii() and sent.isprintable()):
        rules.say("The CreditNoteNumber must be printable ASCII of at most 255 characters.")
    return sent


def sum_credit(credit: Credit) -> Credit:
    """The credit with its totals."""
    totals = build_totals([(line.line_amount, line.tax_amount) for line in credit.lines], credit.amounts_are)
    return replace(credit, sub_total=totals.sub_total, total_tax=totals.total_tax, total=totals.total)


def _complaints(organisation: Organisation, before: Credit | None, after: Credit) -> list[str]:
    days = {after.issued_on} | ({before.issued_on} if before else set())
    messages = [message for day in sorted(days) if (message := organisation.lock_message(day))]
    if before is not None and before.amount_used and _money_of(before) != _money_of(after):
        messages.append(editing.PAYMENT_APPLIED)
    unknown_theme = organisation.theme_message(after.branding_theme_id)
    if unknown_theme:
        messages.append(unknown_theme)
    if after.total < 0:
        messages.append("The document total cannot be less than zero.")
    if len(after.reference) > 255:
        messages.append("The field Reference must be a string with a maximum length of 255.")
    return messages


def _money_of(credit: Credit) -> tuple[object, ...]:
    """What may not change once some of the credit was used."""
    lines = [line.money for line in credit.lines]
    return credit.issued_on, credit.amounts_are, credit.currency, credit.contact_id, lines
