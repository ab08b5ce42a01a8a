"""What accounts' codes were before: a line of Xero's may go on showing one, beside the id of its account.

Nobody knows whether it does. So an account is known by its id, whatever code stands beside that, and a code that was
asked about once is remembered as one that the account has no more: a look at old lines asks nothing again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.domain.xero.organisation import Account, Organisation
from app.domain.xero.xero_invoice import XeroInvoice, XeroLine

MOST = 10
"""Former codes of one account, the newest of them."""


def with_former_codes(before: Sequence[Account], after: Sequence[Account]) -> tuple[Account, ...]:
    """The accounts that were read, with the codes that they had before."""
    known = {account.account_id: account for account in before}
    return tuple(_after(known.get(each.account_id), each) for each in after)


def _after(before: Account | None, after: Account) -> Account:
    if before is None:
        return after
    return _with_codes(after, [*before.former_codes, *([before.code] if before.code else [])])


def _with_codes(account: Account, codes: Iterable[str]) -> Account:
    former = tuple(dict.fromkeys(code for code in codes if code != account.code))[-MOST:]
    return account if former == tuple(account.former_codes) else replace(account, former_codes=former)


def with_codes_shown(organisation: Organisation, lines: Iterable[XeroLine]) -> Organisation:
    """The organisation as it was just read, with the codes that these lines show beside accounts that have others."""
    shown: dict[str, list[str]] = {}
    for line in lines:
        if line.account_id and line.account and line.account != line.account_id:
            shown.setdefault(line.account_id, []).append(line.account)
    accounts = tuple(
        _with_codes(each, [*each.former_codes, *shown[each.account_id]]) if each.account_id in shown else each
        for each in organisation.accounts
    )
    is_same = all(each is other for each, other in zip(accounts, organisation.accounts, strict=True))
    return organisation if is_same else replace(organisation, accounts=accounts)


def said_by_codes_of_now(invoice: XeroInvoice, organisation: Organisation) -> XeroInvoice:
    """The invoice with its lines' accounts named by the codes that they have by these facts."""
    lines = tuple(_by_code_of_now(line, organisation) for line in invoice.lines)
    is_same = all(each is other for each, other in zip(lines, invoice.lines, strict=True))
    return invoice if is_same else replace(invoice, lines=lines)


def _by_code_of_now(line: XeroLine, organisation: Organisation) -> XeroLine:
    account = organisation.find_account(line.account_id) if line.account_id else None
    if account is None or account.account_id != line.account_id or account.code in (None, line.account):
        return line
    return replace(line, account=account.code)
