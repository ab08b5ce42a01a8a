"""Bank transactions as far as they make an overpayment or a prepayment (FACTS 5: the only way to make either).

The transaction and the credit that it makes have one id, as support at Xero says of overpayments. An overpayment is one
line without account or tax, which Xero books to its debtors account; a prepayment has lines like an invoice's. Money
that is spent, and plain money in, answer 501.
"""

from dataclasses import replace
from uuid import uuid4

from app.sandbox.xero.books.accounts import Account
from app.sandbox.xero.books.credits import OVERPAYMENT, PREPAYMENT, Credit
from app.sandbox.xero.books.lines import Line, LineRules
from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.forms.elements import Element
from app.sandbox.xero.forms.refusals import NotBuilt, Refused
from app.sandbox.xero.writes.allocation_writes import keep_credit
from app.sandbox.xero.writes.contact_writes import place_contact
from app.sandbox.xero.writes.credit_note_writes import sum_credit
from app.sandbox.xero.writes.line_lists import build_lines, read_basis

_FAMILIES = {"RECEIVE-OVERPAYMENT": OVERPAYMENT, "RECEIVE-PREPAYMENT": PREPAYMENT}


def create_received(organisation: Organisation, element: Element, unit_places: int, by_app: bool) -> Credit:
    """The overpayment or prepayment that the transaction makes. Raises Refused, NotBuilt."""
    kind = element.text("Type") or ""
    if kind not in _FAMILIES or element.has("BankTransactionID"):
        raise NotBuilt("bank transactions but for making a RECEIVE-OVERPAYMENT or a RECEIVE-PREPAYMENT")
    contact = place_contact(organisation, element.one("Contact"), by_app)
    is_over = kind == "RECEIVE-OVERPAYMENT"
    rules = LineRules(
        organisation.line_books,
        "NoTax" if is_over else read_basis(element, "Exclusive"),
        unit_places,
        is_approved=not is_over,
        is_sale=True,
    )
    bank = _bank(organisation, element, rules)
    lines = _overpaid_line(organisation, element, rules) if is_over else build_lines(element, None, rules)
    made = Credit(
        credit_id=str(uuid4()),
        family=_FAMILIES[kind],
        kind=kind,
        contact_id=contact.contact_id,
        status="AUTHORISED",
        issued_on=element.day("Date") or organisation.today(),
        amounts_are=rules.amounts_are,
        currency=organisation.base_currency,
        updated_at=organisation.clock.now(),
        reference=element.text("Reference") or "",
        bank_account_id=bank.account_id if bank else "",
        lines=lines,
    )
    made = sum_credit(made)
    locked = organisation.lock_message(made.issued_on)
    messages = [*rules.messages, *([locked] if locked else [])]
    if made.total <= 0:
        messages.append("The document total must be greater than zero.")
    if messages:
        raise Refused(*messages)
    return keep_credit(organisation, None, made)


def _bank(organisation: Organisation, element: Element, rules: LineRules) -> Account | None:
    nested = element.one("BankAccount") or Element({})
    account = organisation.chart.find(nested.text("AccountID"), nested.text("Code"))
    if account is None or account.status != "ACTIVE" or not account.is_bank:
        rules.say("The BankAccount must be an active account of type BANK.")
        return None
    return account


def _overpaid_line(organisation: Organisation, element: Element, rules: LineRules) -> tuple[Line, ...]:
    """The single line of an overpayment, on the debtors account whether or not that was sent."""
    debtors = organisation.chart.find_system("DEBTORS")
    sent = element.many("LineItems") or []
    if len(sent) != 1:
        rules.say("An overpayment must have exactly one line item.")
    for line in sent:
        account_id, code = line.values.pop("AccountID", None), line.values.pop("AccountCode", None)
        named = organisation.chart.find(account_id, code) if account_id or code else debtors
        if named is not debtors:
            rules.say("The line item of an overpayment must use the accounts receivable account.")
    return tuple(replace(line, account_id=debtors.account_id) for line in build_lines(element, None, rules))
