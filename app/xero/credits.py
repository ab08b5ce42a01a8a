"""A Xero organisation's credit notes, prepayments and overpayments, as their port asks for them, in terms of calls.

A credit is made by one call (credit notes as such, the other two as receipts at the bank, FACTS 5) and set against an
invoice by another. Neither can be repeated by accident: an allocation never exceeds what remains of its credit.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from app.domain.record.credit import CreditKind
from app.domain.xero.xero_credit import CreditWrite, XeroCredit
from app.domain.xero.xero_invoice import Refused
from app.xero.answer_order import is_of_credit
from app.xero.calls import EACH_FOR_ITSELF, FIRST_PAGE, XeroCalls
from app.xero.credits_from_xero import credit_from_xero
from app.xero.credits_to_xero import allocation_to_xero, credit_notes_to_xero, receipts_to_xero
from app.xero.failures import NotFound, RequestInvalid
from app.xero.json_values import Json
from app.xero.refusals import find_refusal
from app.xero.where import find_equality, modified_since

NAMES = {
    CreditKind.CREDIT_NOTE: ("credit_note", "CreditNotes"),
    CreditKind.PREPAYMENT: ("prepayment", "Prepayments"),
    CreditKind.OVERPAYMENT: ("overpayment", "Overpayments"),
}
"""What the SDK and Xero's answers call each kind."""

_CUSTOMERS = 'Type=="ACCRECCREDIT"'

_MAKES_ALLOCATION = {
    CreditKind.CREDIT_NOTE: "create_credit_note_allocation",
    CreditKind.PREPAYMENT: "create_prepayment_allocations",
    CreditKind.OVERPAYMENT: "create_overpayment_allocations",
}


class XeroSdkCredits:
    """Safe for several tasks."""

    def __init__(self, calls: XeroCalls) -> None:
        self._calls = calls

    async def find(self, kind: CreditKind, credit_id: str) -> XeroCredit | None:
        """One call."""
        name, member = NAMES[kind]
        try:
            found = await self._calls.fetch(f"get_{name}", member, **{f"{name}_id": credit_id})
        except NotFound:
            return None
        return credit_from_xero(kind, found[0]) if found else None

    async def find_note(self, number: str) -> XeroCredit | None:
        """One call."""
        where = find_equality("CreditNoteNumber", number)
        if where is None:
            return None
        name, member = NAMES[CreditKind.CREDIT_NOTE]
        found = await self._calls.fetch(
            f"get_{name}s", member, where=f"{_CUSTOMERS} AND {where}", **FIRST_PAGE
        )
        notes = [credit_from_xero(CreditKind.CREDIT_NOTE, element) for element in found]
        return next((note for note in notes if note.is_approved), notes[0] if notes else None)

    async def fetch_modified_since(self, kind: CreditKind, since: datetime) -> list[XeroCredit]:
        """One call per thousand, and one for each of which the list shows less than the credit itself would.

        Lines, where our marker stands, are in paged lists only (FACTS 4.7). Rows are read in the order of their ids,
        because in that of their time they move from page to page.
        """
        name, member = NAMES[kind]
        elements = await self._calls.fetch_pages(
            f"get_{name}s", member, if_modified_since=modified_since(since), order=f"{member[:-1]}ID ASC"
        )
        credits_found = [credit_from_xero(kind, element) for element in elements]
        return [
            await self.find(kind, credit.xero_credit_id) or credit if _hides_uses(credit, element) else credit
            for credit, element in zip(credits_found, elements, strict=True)
        ]

    async def create(self, writes: Sequence[CreditWrite], idempotency_key: str) -> list[XeroCredit | Refused]:
        """One PUT of credit notes, one of receipts, as far as there are any; answers in the order of the writes."""
        notes = [write for write in writes if write.kind is CreditKind.CREDIT_NOTE]
        receipts = [write for write in writes if write.kind is not CreditKind.CREDIT_NOTE]
        made = iter(await self._create_notes(notes, f"{idempotency_key}n"))
        received = iter(await self._create_receipts(receipts, f"{idempotency_key}r"))
        return [next(made if write.kind is CreditKind.CREDIT_NOTE else received) for write in writes]

    async def allocate(
        self,
        kind: CreditKind,
        credit_id: str,
        xero_invoice_id: str,
        amount: Decimal,
        applied_on: date,
        idempotency_key: str,
    ) -> Refused | None:
        """One PUT."""
        name, _ = NAMES[kind]
        try:
            answer = await self._calls.write(
                _MAKES_ALLOCATION[kind],
                "Allocations",
                allocations=allocation_to_xero(xero_invoice_id, amount, applied_on),
                idempotency_key=idempotency_key,
                **{f"{name}_id": credit_id},
                **EACH_FOR_ITSELF,
            )
        except NotFound:
            return Refused((f"Xero has no such {name.replace('_', ' ')} any more",))
        except RequestInvalid as refusal:
            return Refused(refusal.messages)
        return find_refusal(answer[0]) if answer else None

    async def remove_allocation(self, kind: CreditKind, credit_id: str, allocation_id: str) -> Refused | None:
        """One DELETE."""
        name, _ = NAMES[kind]
        named = {f"{name}_id": credit_id, "allocation_id": allocation_id}
        return await self._change(f"delete_{name}_allocations", "Allocations", **named)

    async def void(self, credit_note_id: str) -> Refused | None:
        """POST Status VOIDED; a credit note alone can be voided through the API (FACTS 5)."""
        body = {"CreditNotes": [{"CreditNoteID": credit_note_id, "Status": "VOIDED"}]}
        return await self._change(
            "update_credit_note", "CreditNotes", credit_note_id=credit_note_id, credit_notes=body
        )

    async def _create_notes(self, writes: Sequence[CreditWrite], key: str) -> list[XeroCredit | Refused]:
        async def send(part: Sequence[CreditWrite], key: str) -> list[Json]:
            return await self._calls.write(
                "create_credit_notes",
                "CreditNotes",
                credit_notes=credit_notes_to_xero(part),
                idempotency_key=key,
                **EACH_FOR_ITSELF,
            )

        read = partial(credit_from_xero, CreditKind.CREDIT_NOTE)
        return await self._calls.write_batch(send, writes, read, is_of_credit, key) if writes else []

    async def _create_receipts(self, writes: Sequence[CreditWrite], key: str) -> list[XeroCredit | Refused]:
        async def send(part: Sequence[CreditWrite], key: str) -> list[Json]:
            return await self._calls.write(
                "create_bank_transactions",
                "BankTransactions",
                bank_transactions=receipts_to_xero(part),
                idempotency_key=key,
                **EACH_FOR_ITSELF,
            )

        return (
            await self._calls.write_batch(send, writes, _receipt_from_xero, is_of_credit, key)
            if writes
            else []
        )

    async def _change(self, operation: str, member: str, **arguments: Any) -> Refused | None:
        """A write of something that may be gone already, which is what was wanted."""
        try:
            answer = await self._calls.write(operation, member, **arguments)
        except NotFound:
            return None
        except RequestInvalid as refusal:
            return Refused(refusal.messages)
        return find_refusal(answer[0]) if answer else None


def _receipt_from_xero(element: Json) -> XeroCredit:
    is_over = element.get("Type") == "RECEIVE-OVERPAYMENT"
    return credit_from_xero(CreditKind.OVERPAYMENT if is_over else CreditKind.PREPAYMENT, element)


def _hides_uses(credit: XeroCredit, element: Json) -> bool:
    """Something of it was used, and the list does not say for what."""
    is_used = credit.is_approved and credit.remaining < credit.total
    return is_used and not credit.allocations and not element.get("Payments")
