"""Whether the lines of an invoice are such as Xero takes: accounts, tax rates, words and sums (FACTS 4.3, 4.4).

Pure judgements of one line or of the whole; the limits are Xero's, each with its source. Lines that do not move are let
be: whether Xero refuses an edit of another line for an account that was archived since, it says itself.
"""

from collections.abc import Collection, Iterator
from decimal import Decimal

from app.domain.holds.hold import Hold
from app.domain.holds.refusals import ACCOUNT_CURE, TAX_CURE
from app.domain.record.fields import Fields, is_text_only, keys_of, member
from app.domain.record.money import amount_of_line, totals
from app.domain.record.sides import Side, project
from app.domain.xero.organisation import Account, Organisation

LONGEST_DESCRIPTION = 4000
LARGEST_AMOUNT = Decimal("9999999999.99")


def judge_lines(
    record: Fields, organisation: Organisation, moves: Collection[str] | None = None
) -> Hold | None:
    """The first line that Xero would refuse, of those that the moves touch; None of the moves means all lines.

    Each side may take away the lines that the other left: then none is left to send.
    """
    keys = keys_of(project(Side.XERO, record), "lines")
    if not keys and (moves is None or any(path.startswith("lines/") for path in moves)):
        return Hold(
            "lines_missing",
            "It has no lines, and Xero takes no invoice without one.",
            "Give it a line, in the app or in Xero.",
        )
    for key in keys:
        if moves is None or any(path.startswith(f"lines/{key}/") for path in moves):
            hold = next(_judge_line(record, key, organisation), None)
            if hold is not None:
                return hold
    return None


def judge_total(record: Fields, organisation: Organisation) -> Hold | None:
    """Lines may be negative, the whole may not (FACTS 4.3)."""
    found = totals(record, organisation.rates())
    if found is None or found.total >= 0:
        return None
    return Hold(
        "total_below_zero",
        f"It comes to {found.total:.2f}, and Xero takes no invoice below zero.",
        "Take from the discount or the negative lines, or write a credit note in Xero.",
    )


def _judge_line(record: Fields, key: str, organisation: Organisation) -> Iterator[Hold]:
    description = member(record, "lines", key, "description") or ""
    if len(description) > LONGEST_DESCRIPTION:
        yield Hold(
            "description_too_long",
            f"A line's description has {len(description)} characters, and Xero takes {LONGEST_DESCRIPTION}.",
            "Shorten it in the app, or cut it into two lines, of which one is words alone.",
        )
    is_text = is_text_only(record, key)
    if not description.strip() and (is_text or not member(record, "lines", key, "item")):
        yield Hold(
            "description_missing",
            "A line has no description, which Xero asks for in an approved invoice.",
            "Give every line a description in the app.",
        )
    if is_text:
        return
    if abs(amount_of_line(record, key)) > LARGEST_AMOUNT:
        yield Hold(
            "amount_too_large",
            f"A line comes to more than {LARGEST_AMOUNT}, the largest amount that Xero takes.",
            "Correct quantity and price in the app.",
        )
    code = member(record, "lines", key, "account")
    account = organisation.find_account(code) if code else None
    yield from _judge_account(code, account)
    if account is not None:
        yield from _judge_tax(member(record, "lines", key, "tax_type"), account, organisation)


def _judge_account(code: str | None, account: Account | None) -> Iterator[Hold]:
    if account is None or not account.is_active:
        fact = "does not exist" if account is None else f"is {account.status.lower()}"
        yield Hold(
            "account_unusable",
            f"Account {code} {fact} in Xero.",
            ACCOUNT_CURE,
        )
    elif account.is_for_cis:
        yield Hold(
            "cis_account",
            f"Account {code} belongs to the Construction Industry Scheme, and Xero lets no app use it in lines.",
            "Choose another account in the settings.",
        )


def _judge_tax(tax_type: str | None, account: Account, organisation: Organisation) -> Iterator[Hold]:
    if tax_type == "NONE":
        return
    rate = organisation.find_tax_rate(tax_type) if tax_type else None
    if rate is not None and rate.fits(account):
        return
    if rate is None:
        fact = "does not exist"
    elif rate.status != "ACTIVE":
        fact = f"is {rate.status.lower()}"
    elif account.account_class == "REVENUE":
        fact = "cannot be used for sales"
    else:
        fact = f"cannot be used with account {account.code or account.name}"
    yield Hold(
        "tax_unusable",
        f"Tax rate {tax_type} {fact} in Xero.",
        f"{TAX_CURE} For accounts of expenses it is under expense_taxes.",
    )
