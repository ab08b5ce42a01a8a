"""Answers that may be true by all that they say: older versions of rows, rows of other ids, rows left out.

Nobody who reads one of them alone can know. What must hold of them is less: nothing exists twice, nothing stops, both
sides are equal or held with a reason in the end, and an edit that was taken for undone is told, as a conflict or as one
of the app's versions. So `history` judges them without the ledger of edits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from tests.garbled.answer import Answer, Json

IDS = {
    "Invoices": "InvoiceID",
    "Contacts": "ContactID",
    "Payments": "PaymentID",
    "CreditNotes": "CreditNoteID",
}
MAY_BE_GONE = (
    "Reference",
    "SentToContact",
    "Url",
    "DueDate",
    "DueDateString",
    "EmailAddress",
    "Phones",
    "CreditNotes",
)
MAY_BE_GONE_OF_LINES = ("Description", "TaxType", "AccountCode", "ItemCode", "TaxAmount", "Tracking")

ODD_TEXTS = (
    "Reference", "Name", "EmailAddress", "Description", "InvoiceNumber", "ContactNumber", "PaymentID", "LineItemID",
    "AccountCode", "ItemCode", "TaxType", "CreditNoteNumber", "AccountNumber", "CurrencyCode", "Url", "ContactID",
    "Code",
)  # fmt: skip


@dataclass
class Memory:
    """The rows that passed, by their kind and id, oldest first."""

    rows: dict[tuple[str, str], list[Json]] = field(default_factory=dict)

    def note(self, answer: Answer) -> None:
        """Keep what this answer shows."""
        name, rows = answer.list_rows()
        for row in rows if name in IDS else []:
            self.rows.setdefault((name, str(row.get(IDS[name]))), []).append(row)


Garble = Callable[[Answer, Random, Memory], Answer]


def _show_older(answer: Answer, random: Random, memory: Memory) -> Answer:
    name, rows = answer.list_rows()
    if name not in IDS:
        return answer
    shown = [random.choice(memory.rows.get((name, str(row.get(IDS[name]))), [row])) for row in rows]
    return answer.with_rows(name, shown)


def _show_others(answer: Answer, random: Random, memory: Memory) -> Answer:
    """Of each row another one that has passed."""
    name, rows = answer.list_rows()
    known = [row for (kind, _), each in memory.rows.items() if kind == name for row in each]
    return answer.with_rows(name, [random.choice(known) for _ in rows]) if known else answer


def _show_strangers(answer: Answer, random: Random, _: Memory) -> Answer:
    """The answer of another organisation: the same kinds of rows, and no id that is known here."""
    name, rows = answer.list_rows()
    return answer.with_rows(name, [_with_other_ids(row, random) for row in rows]) if name else answer


def _with_other_ids(row: Any, random: Random) -> Any:
    if isinstance(row, Mapping):
        return {
            name: str(UUID(int=random.getrandbits(128)))
            if name.endswith("ID") and isinstance(value, str)
            else _with_other_ids(value, random)
            for name, value in row.items()
        }
    return [_with_other_ids(each, random) for each in row] if isinstance(row, list) else row


def _leave_out(answer: Answer, random: Random, _: Memory) -> Answer:
    name, rows = answer.list_rows()
    return answer.with_rows(name, random.sample(rows, random.randrange(len(rows)))) if name else answer


def _lose_what_may_be_gone(answer: Answer, random: Random, _: Memory) -> Answer:
    name, rows = answer.list_rows()
    return answer.with_rows(name, [_without_some(row, random) for row in rows]) if name else answer


def _without_some(row: Json, random: Random) -> Json:
    gone = random.choice(MAY_BE_GONE)
    kept = {name: value for name, value in row.items() if name != gone}
    if isinstance(row.get("LineItems"), list):
        gone = random.choice(MAY_BE_GONE_OF_LINES)
        kept["LineItems"] = [{k: v for k, v in line.items() if k != gone} for line in row["LineItems"]]
    return kept


def _say_odd_texts(answer: Answer, random: Random, _: Memory) -> Answer:
    """Texts with what no database keeps, or of a length that no field has."""
    # What cannot be packed is too long for an index of a database sooner.
    long = random.randbytes(20_000).hex()
    odd = random.choice(["\u0000", "\ud83d", "a\u0000b\udc00", "\u202e\u0301" * 9, "x" * 100_000, long, long])
    name, rows = answer.list_rows()
    where = random.choice(ODD_TEXTS)
    return answer.with_rows(name, [_with_text(row, where, odd) for row in rows]) if name else answer


def _with_text(row: Any, where: str, odd: str) -> Any:
    if isinstance(row, dict):
        return {
            name: value + odd if name == where and isinstance(value, str) else _with_text(value, where, odd)
            for name, value in row.items()
        }
    return [_with_text(each, where, odd) for each in row] if isinstance(row, list) else row


PLAUSIBLE: dict[str, Garble] = {
    "older": _show_older,
    "others": _show_others,
    "strangers": _show_strangers,
    "left_out": _leave_out,
    "may_be_gone": _lose_what_may_be_gone,
    "odd_texts": _say_odd_texts,
}
