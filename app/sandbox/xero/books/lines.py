"""Line items: what a posted line becomes, on its own or laid over the line that carries its LineItemID.

A line that matches keeps what was not sent; a line without an id is new; an amount that was overridden stays while
nothing that it was computed from moves (FACTS 4.4, 4.6). Messages for the whole document gather in the context.
"""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import uuid4

from app.sandbox.xero.books.accounts import Account, Chart
from app.sandbox.xero.books.amounts import HUNDRED, MOST, ZERO, cents, places
from app.sandbox.xero.books.behaviour import Behaviour
from app.sandbox.xero.books.items import Item, ItemBook, Terms
from app.sandbox.xero.books.taxrates import TaxRate
from app.sandbox.xero.books.totals import build_line_amount, build_line_tax
from app.sandbox.xero.books.tracking import TrackingBook
from app.sandbox.xero.forms.elements import Element

_MOST_TRACKING = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `unit_amount` None: a line that is only a description, without money."""

    line_id: str
    description: str = ""
    quantity: Decimal | None = None
    unit_amount: Decimal | None = None
    item_code: str = ""
    account_id: str = ""
    booked_code: str = ""
    """The code that its account had when the line was given it."""
    tax_type: str = ""
    tax_amount: Decimal = ZERO
    line_amount: Decimal = ZERO
    tax_was_given: bool = False
    discount_rate: Decimal | None = None
    discount_amount: Decimal | None = None
    tracking: tuple[tuple[str, str], ...] = ()
    """(category id, option id), at most two."""

    @property
    def is_text_only(self) -> bool:
        """Whether the line carries no money."""
        return self.unit_amount is None

    @property
    def money(self) -> tuple[object, ...]:
        """What may not change once the document has a payment (FACTS 4.2)."""
        return (self.line_id, self.quantity, self.unit_amount, self.item_code, self.tax_type, self.tax_amount,
                self.line_amount, self.discount_rate, self.discount_amount)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineBooks:
    """The books of an organisation that its lines refer to, and how it reckons."""

    chart: Chart
    tax_rates: dict[str, TaxRate]
    items: ItemBook
    tracking: TrackingBook
    behaviour: Behaviour


@dataclass
class LineRules:
    """What the lines of one document are read against, and the messages that they gave."""

    books: LineBooks
    amounts_are: str
    unit_places: int
    is_approved: bool
    is_sale: bool
    takes_discounts: bool = False
    messages: list[str] = field(default_factory=list)

    def say(self, message: str) -> None:
        """Add a message once, as Xero's lists seldom repeat one."""
        if message not in self.messages:
            self.messages.append(message)


def build_line(element: Element, before: Line | None, rules: LineRules) -> Line:
    """The line after this element; complaints go to `rules.messages`."""
    base = before or Line(str(uuid4()))
    words, terms = _offer(element, rules)
    description = base.description or words
    if element.has("Description"):
        description = element.text("Description") or ""
    if len(description) > 4000:
        rules.say("The Description field must be a string with a maximum length of 4000.")
    line = replace(
        base,
        description=description,
        item_code=base.item_code if not element.has("ItemCode") else element.text("ItemCode") or "",
        tracking=base.tracking if not element.has("Tracking") else _tracking(element, rules),
        tax_type=base.tax_type or terms.tax_type,
    )
    if line.unit_amount is None and not element.has("LineAmount"):
        line = replace(line, unit_amount=terms.unit_price)
    line = _with_amounts(element, line, rules)
    if not line.description and (line.is_text_only or rules.is_approved):
        rules.say("The Description field is required for each line item.")
    if line.is_text_only:
        return line
    line = _with_account(element, line, terms.account_code, rules)
    return with_tax(line, before, element.number("TaxAmount"), element.text("TaxType"), rules)


def _offer(element: Element, rules: LineRules) -> tuple[str, Terms]:
    """What the line's item supplies where the line itself says nothing (FACTS 5, Items)."""
    code = element.text("ItemCode")
    item: Item | None = rules.books.items.find_coded(code) if code else None
    if code and item is None:
        rules.say("Item Code is invalid.")
    return item.words_and_terms(rules.is_sale) if item else ("", Terms())


def _tracking(element: Element, rules: LineRules) -> tuple[tuple[str, str], ...]:
    """Category and option by ids or by names; Xero's own words for a wrong one are not known."""
    found: dict[str, str] = {}
    entries = element.many("Tracking") or []
    for entry in entries:
        category = rules.books.tracking.find(entry.text("TrackingCategoryID"), entry.text("Name"))
        option = (
            category.find_option(entry.text("TrackingOptionID"), entry.text("Option")) if category else None
        )
        if category is None or option is None:
            rules.say("The tracking category or option of a line item does not exist.")
        elif category.status != "ACTIVE" or option.status != "ACTIVE":
            rules.say(f"The tracking option '{option.name}' of '{category.name}' is archived.")
        else:
            found[category.category_id] = option.option_id
    if len(entries) > _MOST_TRACKING:
        rules.say("A line item can have no more than 2 tracking categories.")
    return tuple(found.items())


def _with_amounts(element: Element, line: Line, rules: LineRules) -> Line:
    """Quantity, price and discount, and the line amount that follows from them."""
    quantity = element.number("Quantity") if element.has("Quantity") else line.quantity
    unit = element.number("UnitAmount") if element.has("UnitAmount") else line.unit_amount
    given = element.number("LineAmount")
    if unit is None and given is None:
        return line
    quantity = Decimal(1) if quantity is None else places(quantity, 4)
    if unit is None and given is not None:
        unit = given / quantity if quantity else given
    # A price that is sent is cut to the places asked for, even one that four places had been kept of before.
    unit = (
        places(unit or ZERO, rules.unit_places)
        if element.has("UnitAmount") or given is not None
        else unit or ZERO
    )
    rate, discount = _discount(element, line, rules)
    amount = build_line_amount(quantity, unit, rate, discount, rules.books.behaviour.rounding_mode)
    if given is not None and cents(given) != amount:
        amount = _settle_amount(cents(given), amount, rules)
    if abs(amount) > MOST or quantity >= Decimal(10) ** 13:
        rules.say("The line amount is larger than the largest amount allowed.")
    return replace(
        line,
        quantity=quantity,
        unit_amount=unit,
        line_amount=amount,
        discount_rate=rate,
        discount_amount=discount,
    )


def _settle_amount(given: Decimal, expected: Decimal, rules: LineRules) -> Decimal:
    """The line amount where the one that was sent contradicts quantity and price (FACTS 8)."""
    if rules.books.behaviour.line_amount == "refused":
        rules.say(f"The line total {given} does not match the expected line total {expected}")
    return given if rules.books.behaviour.line_amount == "taken" else expected


def without_discount(line: Line, rules: LineRules) -> Line:
    """The line at its full price."""
    if line.quantity is None or line.unit_amount is None:
        return line
    amount = build_line_amount(
        line.quantity, line.unit_amount, None, None, rules.books.behaviour.rounding_mode
    )
    return replace(line, discount_rate=None, discount_amount=None, line_amount=amount)


def _discount(element: Element, line: Line, rules: LineRules) -> tuple[Decimal | None, Decimal | None]:
    rate = element.number("DiscountRate") if element.has("DiscountRate") else line.discount_rate
    amount = element.number("DiscountAmount") if element.has("DiscountAmount") else line.discount_amount
    if element.number("DiscountRate") and not element.has("DiscountAmount"):
        amount = None
    if element.number("DiscountAmount") and not element.has("DiscountRate"):
        rate = None
    if rate and amount:
        rules.say("Only one of DiscountRate and DiscountAmount can be given for a line item.")
    if (rate or amount) and not rules.takes_discounts:
        rules.say("Discounts are only supported on ACCREC invoices and quotes.")
    if rate and not 0 <= rate <= HUNDRED:
        rules.say("The discount rate must be between 0 and 100.")
    return rate or None, cents(amount) if amount else None


def _with_account(element: Element, line: Line, offered_code: str, rules: LineRules) -> Line:
    """The line with the account that was sent, else the one held, else its item's."""
    sent_id, sent_code = element.text("AccountID"), element.text("AccountCode")
    if not sent_id and not sent_code and not line.account_id:
        sent_code = offered_code
    if not sent_id and not sent_code:
        if rules.is_approved and not line.account_id:
            rules.say("The account code or ID must be specified")
        return line
    account = _named_account(sent_id, sent_code, rules)
    if account is None or account.is_bank or account.system in ("DEBTORS", "CREDITORS", "RETAINEDEARNINGS"):
        rules.say(f"Account code '{sent_code or sent_id}' is not a valid code for this document")
        return line
    if account.is_cis:
        rules.say(
            "This organisation has Construction Industry Scheme enabled. "
            f"The account code {account.code} cannot be used in line items via the API"
        )
    if account.status != "ACTIVE":
        rules.say(
            f"Account code '{account.code}' has been archived, or has been deleted. "
            "Each line item must reference a valid account"
        )
    if account.account_id == line.account_id:
        return line
    return replace(line, account_id=account.account_id, booked_code=account.code)


def _named_account(sent_id: str | None, sent_code: str | None, rules: LineRules) -> Account | None:
    """Xero takes either name of an account (FACTS 5); which one counts where they name two is told by nothing."""
    by_id, by_code = (rules.books.chart.find(*names) for names in ((sent_id, None), (None, sent_code)))
    if not sent_id or not sent_code:
        return by_id or by_code
    counts = rules.books.behaviour.line_account
    if counts == "refused" and by_id is not by_code:
        return None
    return by_code if counts == "code" else by_id


def with_tax(
    line: Line, before: Line | None, given: Decimal | None, sent_type: str | None, rules: LineRules
) -> Line:
    """The line with its tax type and amount settled: sent, kept, or the account's own (FACTS 4.4)."""
    account = rules.books.chart.find(line.account_id, None)
    tax_type = "NONE" if rules.amounts_are == "NoTax" else _tax_type(line, sent_type, account)
    _check_tax(tax_type, account, rules)
    rate = rules.books.tax_rates.get(tax_type)
    percent = rate.rate if rate else ZERO
    computed = build_line_tax(
        line.line_amount, percent, rules.amounts_are, rules.books.behaviour.rounding_mode
    )
    line = replace(line, tax_type=tax_type, tax_amount=computed, tax_was_given=False)
    if rules.amounts_are == "NoTax":
        return line
    if given is not None:
        return replace(line, tax_amount=cents(given), tax_was_given=cents(given) != computed)
    if (
        before
        and before.tax_was_given
        and (before.line_amount, before.tax_type) == (line.line_amount, tax_type)
    ):
        return replace(line, tax_amount=before.tax_amount, tax_was_given=True)
    return line


def _tax_type(line: Line, sent: str | None, account: Account | None) -> str:
    if sent:
        return sent
    if line.tax_type and line.tax_type != "NONE":
        return line.tax_type
    return account.tax_type if account else line.tax_type


def _check_tax(tax_type: str, account: Account | None, rules: LineRules) -> None:
    if not tax_type or rules.amounts_are == "NoTax":
        return
    rate = rules.books.tax_rates.get(tax_type)
    if rate is None or rate.status != "ACTIVE":
        rules.say(
            f"The TaxType code {tax_type} does not exist or cannot be used for this type of transaction."
        )
    if account and (rate is None or account.account_class not in rate.suits):
        rules.say(f"The TaxType code '{tax_type}' cannot be used with account code '{account.code}'.")
