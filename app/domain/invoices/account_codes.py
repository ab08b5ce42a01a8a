"""Accounts whose codes change hands: what a link says by code, kept true to the accounts that were meant.

Lines name accounts by code, on both sides and in the record, and people edit codes in Xero (FACTS 5). So a link keeps
which account each of its codes stood for when it was recorded. Where that account has another code by now, the link
is said in the new one before anything is merged: a code that was edited is an edit of the chart, and of no invoice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from app.domain.invoices.link import InvoiceLink
from app.domain.record.coupling import XERO_WORD
from app.domain.record.fields import Fields, Value, member_of
from app.domain.record.hub import Hub
from app.domain.xero.organisation import Account, Organisation

Moved = Mapping[str, str]
"""What was an account's code, and how a line names that account now."""

NOTHING_MOVED: Moved = MappingProxyType({})

_CODE, _WORD = "/account", "/category"


def with_account_ids(link: InvoiceLink, organisation: Organisation) -> InvoiceLink:
    """The link with the account that each of its codes stands for; codes of none are left out."""
    found = {code: organisation.find_account(code) for code in sorted(set(_list_codes(link.hub)))}
    known = {code: account.account_id for code, account in found.items() if account is not None}
    return link if known == link.account_ids else replace(link, account_ids=known)


def list_moved(link: InvoiceLink, organisation: Organisation) -> dict[str, str]:
    """Those of the link's codes whose account has another name now, as old name -> new name.

    An account that is gone is named by its id where another one has its code, so that no line goes there.
    """
    moved = {}
    for code, account_id in link.account_ids.items():
        account = organisation.find_account(account_id)
        if account is not None and _name_of(account) != code:
            moved[code] = _name_of(account)
        elif account is None and organisation.find_account(code) is not None:
            moved[code] = account_id
    return moved


def list_moved_between(before: Organisation, after: Organisation) -> dict[str, str]:
    """The accounts that are named otherwise in `after` than in `before`, as old name -> new name."""
    if before.accounts is after.accounts:
        return {}
    now = {account.account_id: _name_of(account) for account in after.accounts}
    taken = set(now.values())
    moved = {}
    for account in before.accounts:
        code, account_id = _name_of(account), account.account_id
        name = now.get(account_id, account_id if code in taken else code)
        if name != code:
            moved[code] = name
    return moved


def said_anew(link: InvoiceLink, moved: Moved) -> InvoiceLink:
    """The link in the codes of now; a word of Xero's follows its code in the record, which the app is then told."""
    if not moved:
        return link
    hub, record = link.hub, with_codes(link.hub.record, moved)
    words = {path: _word_of(value, moved) for path, value in record.items() if path.endswith(_WORD)}
    is_told = any(record[path] != word for path, word in words.items())
    hub = replace(
        hub,
        record=record | words,
        xero_shadow=with_codes(hub.xero_shadow, moved),
        unanswered=None if hub.unanswered is None else with_codes(hub.unanswered, moved),
        xero_apart=with_codes(hub.xero_apart, moved),
        parted={
            path: {side: _value_of(path, value, moved) for side, value in values.items()}
            for path, values in hub.parted.items()
        },
        ignored={
            path: (_value_of(path, one, moved), _value_of(path, other, moved))
            for path, (one, other) in hub.ignored.items()
        },
        revision=hub.revision + is_told,
    )
    ids = {moved.get(code, code): account_id for code, account_id in link.account_ids.items()}
    return replace(link, hub=hub, account_ids=ids)


def with_codes(fields: Fields, moved: Moved) -> dict[str, Value]:
    """The fields with every moved code replaced by its new one."""
    return {path: _value_of(path, value, moved) for path, value in fields.items()}


def with_misplaced(tried: Fields, seen: Fields, moved: Moved) -> dict[str, Value]:
    """What was tried to be written, but where Xero went by a code that another account has by now: there what it shows.

    That is nobody's edit, so the record keeps the account that was meant, and Xero is told again, by its code of now.
    """
    lines = {path: value for path, value in tried.items() if path.endswith(_CODE) and value is not None}
    misplaced = {
        path: seen[path]
        for path, value in lines.items()
        if seen.get(path) is not None and seen[path] != value == moved.get(seen[path])
    }
    return {**tried, **misplaced}


def names_any(fields: Fields, moved: Moved) -> bool:
    """Whether a line of these fields names an account by a code that it has no more."""
    return any(path.endswith(_CODE) and value in moved for path, value in fields.items())


def _list_codes(hub: Hub) -> Iterator[str]:
    for fields in (hub.record, hub.xero_shadow, hub.unanswered or {}):
        yield from (value for path, value in fields.items() if path.endswith(_CODE) and value is not None)


def _name_of(account: Account) -> str:
    """The name of an account in a line: its code, or its id where it has none."""
    return account.code or account.account_id


def _value_of(path: str, value: Value, moved: Moved) -> Value:
    """A value at a path; at that of a whole line, the values of its members by name."""
    if isinstance(value, str):
        return moved.get(value, value) if member_of(path) == "account" else value
    if isinstance(value, Mapping) and isinstance(value.get("account"), str) and member_of(path) != "tracking":
        return {**value, "account": moved.get(value["account"], value["account"])}
    return value


def _word_of(word: Value, moved: Moved) -> Value:
    if not isinstance(word, str) or not word.startswith(XERO_WORD):
        return word
    code = word.removeprefix(XERO_WORD)
    return XERO_WORD + moved.get(code, code)
