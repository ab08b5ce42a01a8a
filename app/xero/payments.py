"""A Xero organisation's payments, as its port asks for them: each method in terms of calls."""

import asyncio
from collections.abc import Sequence

from app.domain.xero.xero_invoice import PaymentWrite, Refused, XeroPayment
from app.xero.always import need_payment
from app.xero.answer_order import is_of_payment
from app.xero.calls import EACH_FOR_ITSELF, FIRST_PAGE, XeroCalls
from app.xero.failures import NotFound, RequestInvalid
from app.xero.from_xero import is_deleted, payment_from_xero
from app.xero.json_values import Json
from app.xero.refusals import find_refusal
from app.xero.to_xero import payments_to_xero
from app.xero.where import find_equality


class XeroSdkPayments:
    """Safe for several tasks."""

    def __init__(self, calls: XeroCalls) -> None:
        self._calls = calls

    async def fetch_by_reference(self, references: Sequence[str]) -> dict[str, XeroPayment]:
        """One call each. Deleted payments carry their reference for ever and are passed over."""
        wanted = list(dict.fromkeys(references))
        answers = await asyncio.gather(*(self._fetch_referring(reference) for reference in wanted))
        return {
            reference: _payment_from_xero(answer[0])
            for reference, answer in zip(wanted, answers, strict=True)
            if answer
        }

    async def create(
        self, writes: Sequence[PaymentWrite], idempotency_key: str
    ) -> list[XeroPayment | Refused]:
        """PUT: payments are never edited, only created and deleted (FACTS 5)."""

        async def send(part: Sequence[PaymentWrite], key: str) -> list[Json]:
            body = payments_to_xero(part)
            return await self._calls.write(
                "create_payments", "Payments", payments=body, idempotency_key=key, **EACH_FOR_ITSELF
            )

        return (
            await self._calls.write_batch(send, writes, _payment_from_xero, is_of_payment, idempotency_key)
            if writes
            else []
        )

    async def delete(self, payment_id: str) -> Refused | None:
        """One call; where Xero refuses, one more to see whether the payment was gone before."""
        try:
            answer = await self._calls.write(
                "delete_payment", "Payments", payment_id=payment_id, payment_delete={"Status": "DELETED"}
            )
        except NotFound:
            return None
        except RequestInvalid as refusal:
            refused: Refused | None = Refused(refusal.messages)
        else:
            refused = find_refusal(answer[0]) if answer else None
        if refused is None or await self.find(payment_id) is None:
            return None
        return refused

    async def find(self, payment_id: str) -> XeroPayment | None:
        """One call; None for a payment that was deleted, or never was."""
        try:
            found = await self._calls.fetch("get_payment", "Payments", payment_id=payment_id)
        except NotFound:
            return None
        return _payment_from_xero(found[0]) if found and not is_deleted(found[0]) else None

    async def _fetch_referring(self, reference: str) -> list[Json]:
        where = find_equality("Reference", reference)
        if where is None:
            raise ValueError(f"a marker holds no quotes: {reference!r}")
        found = await self._calls.fetch("get_payments", "Payments", where=where, **FIRST_PAGE)
        return [element for element in found if not is_deleted(element)]


def _payment_from_xero(element: Json) -> XeroPayment:
    """One that stands by itself; raises `Unreadable` for one that cannot be told from others."""
    need_payment(element)
    return payment_from_xero(element)
