"""Rows that are wrong by themselves: what a row always has is gone, or is of another type, or does not add up.

Whoever holds a row against itself notices each of these. What a row may leave out, as an empty item code, is not among
them: nobody can tell that it is gone.
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from tests.garbled.answer import Answer, Json
from tests.garbled.whole_answers import Garble

GONE = object()
OF_ANY: tuple[Any, ...] = (GONE, None, [], {}, True)
NO_TEXT = (*OF_ANY, "")
NO_WORD = (*NO_TEXT, "PARKED", "authorised ", 3)
NO_NUMBER = (*NO_TEXT, "abc", "NaN", "1e999999999", "--1")

Place = tuple[str, ...]
"""Names on the way to a value; of a list, one of its rows."""

OF_INVOICES: Mapping[Place, Sequence[Any]] = {
    ("InvoiceID",): NO_TEXT,
    ("Type",): NO_WORD,
    ("Status",): NO_WORD,
    ("LineAmountTypes",): NO_WORD,
    ("CurrencyCode",): NO_TEXT,
    ("InvoiceNumber",): NO_TEXT,
    ("LineItems",): (*NO_TEXT, "lines", [None]),
    ("LineItems", "LineItemID"): NO_TEXT,
    ("LineItems", "UnitAmount"): (*NO_NUMBER, 999_999),
    ("LineItems", "Quantity"): (*NO_NUMBER, 1_000),
    ("Total",): (*NO_NUMBER, -1, 999_999),
    ("AmountDue",): (*NO_NUMBER, 999_999),
    ("AmountPaid",): (*NO_NUMBER, 999_999),
    ("Contact",): (*NO_TEXT, "Kim"),
    ("Contact", "ContactID"): NO_TEXT,
    ("Payments",): ({}, "", True, [{}], [None]),
    ("Payments", "Amount"): (*NO_NUMBER, 999_999),
    ("Payments", "PaymentID"): NO_TEXT,
    ("Payments", "Date"): (*NO_TEXT, "soon"),
    ("SentToContact",): (None, "maybe", [], 7),
}
OF_CONTACTS: Mapping[Place, Sequence[Any]] = {
    ("ContactID",): NO_TEXT,
    ("Name",): NO_TEXT,
    ("ContactStatus",): NO_WORD,
}
OF_PAYMENTS: Mapping[Place, Sequence[Any]] = {
    ("PaymentID",): NO_TEXT,
    ("Amount",): NO_NUMBER,
    ("Status",): NO_WORD,
    ("Date",): (*NO_TEXT, "soon"),
}
OF_CREDITS: Mapping[Place, Sequence[Any]] = {
    ("CreditNoteID",): NO_TEXT,
    ("PrepaymentID",): NO_TEXT,
    ("BankTransactionID",): NO_TEXT,
    ("Total",): NO_NUMBER,
    ("RemainingCredit",): NO_NUMBER,
    ("Status",): NO_WORD,
}
OF_ACCOUNTS: Mapping[Place, Sequence[Any]] = {
    ("AccountID",): NO_TEXT,
    ("Type",): NO_WORD,
    ("Status",): NO_WORD,
}
OF_ORGANISATIONS: Mapping[Place, Sequence[Any]] = {
    ("BaseCurrency",): NO_TEXT,
    ("CountryCode",): NO_TEXT,
    ("Class",): NO_WORD,
    ("Version",): NO_WORD,
}
OF_TAX_RATES: Mapping[Place, Sequence[Any]] = {
    ("TaxType",): NO_TEXT,
    ("EffectiveRate",): NO_NUMBER,
    ("Status",): NO_WORD,
}
OF_ACTIONS: Mapping[Place, Sequence[Any]] = {("Name",): NO_TEXT, ("Status",): NO_WORD}
PLACES: Mapping[str, Mapping[Place, Sequence[Any]]] = {
    "Invoices": OF_INVOICES,
    "Contacts": OF_CONTACTS,
    "Payments": OF_PAYMENTS,
    "CreditNotes": OF_CREDITS,
    "Prepayments": OF_CREDITS,
    "BankTransactions": OF_CREDITS,
    "Accounts": OF_ACCOUNTS,
    "Organisations": OF_ORGANISATIONS,
    "TaxRates": OF_TAX_RATES,
    "Actions": OF_ACTIONS,
}


def spoil_row(kind: str, row: Json, random: Random) -> Json:
    """The row with one value of those that it always has spoiled; the same, where it has none of them."""
    there = [place for place in PLACES.get(kind, {}) if _has(row, place)]
    if not there:
        return row
    place = random.choice(there)
    return dict(put(row, place, random.choice(PLACES[kind][place]), random))


def _has(row: Any, place: Place) -> bool:
    for name in place:
        if isinstance(row, list):
            row = row[0] if row else None
        if not isinstance(row, dict) or name not in row:
            return False
        row = row[name]
    return not isinstance(row, list) or bool(row)


def put(row: Any, place: Place, value: Any, random: Random | None = None) -> Any:
    """The row with that value at that place, or without it where the value is GONE; of a list in the first row, or in
    one that is drawn.
    """
    if isinstance(row, list):
        at = random.randrange(len(row)) if random else 0
        return [*row[:at], put(row[at], place, value, random), *row[at + 1 :]]
    name, *rest = place
    if rest:
        return {**row, name: put(row[name], tuple(rest), value, random)}
    if value is GONE:
        return {key: each for key, each in row.items() if key != name}
    return {**row, name: value}


def _spoil_one(answer: Answer, random: Random) -> Answer:
    name, rows = answer.list_rows()
    if not name:
        return answer
    at = random.randrange(len(rows))
    return answer.with_rows(name, [*rows[:at], spoil_row(name, rows[at], random), *rows[at + 1 :]])


def _spoil_all(answer: Answer, random: Random) -> Answer:
    name, rows = answer.list_rows()
    return answer.with_rows(name, [spoil_row(name, row, random) for row in rows]) if name else answer


def _mark_as_refused(answer: Answer, random: Random) -> Answer:
    """Validation errors in shapes that say nothing, or not where they are looked for."""
    name, rows = answer.list_rows()
    odd: Any = random.choice([[], None, "", {}, [None], [{}], [{"Message": None}], 0])
    return answer.with_rows(name, [{**row, "ValidationErrors": odd, "Warnings": odd} for row in rows])


ROWS: dict[str, Garble] = {
    "one_row": _spoil_one,
    "every_row": _spoil_all,
    "errors_of_no_shape": _mark_as_refused,
}
