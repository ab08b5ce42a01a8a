"""A Xero organisation's invoices, as the reconcile asks for them: each method is one of its port's, in terms of calls.

Which call answers which question, and with what parameters, is decided here and explained beside each; how a call is
made is left to `calls`, what its JSON means to the mappings.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import Any

from app.domain.crossing.numbering import fold_number
from app.domain.xero.xero_invoice import InvoicePage, InvoiceWrite, Refused, XeroInvoice
from app.xero.always import Unreadable
from app.xero.answer_order import is_of_invoice
from app.xero.calls import EACH_FOR_ITSELF, FIRST_PAGE, Silent, XeroCalls
from app.xero.credits_from_xero import applied_from_xero
from app.xero.failures import NotFound, RequestInvalid
from app.xero.from_xero import invoice_from_xero
from app.xero.json_values import Json, read_text
from app.xero.portions import cut_by_size
from app.xero.to_xero import invoice_to_xero, invoices_to_xero
from app.xero.where import find_equality, longest_plain_part, modified_since, name_days_from

_SALES = 'Type=="ACCREC"'
_FOUR_PLACES = {"unitdp": 4}


class XeroSdkInvoices:
    """Safe for several tasks."""

    def __init__(self, calls: XeroCalls) -> None:
        self._calls = calls

    async def fetch(self, invoice_ids: Sequence[str]) -> list[XeroInvoice]:
        """One call; asked for as a page, because an unpaged list has no lines (FACTS 4.7).

        Rows of others are passed over. Where there are such, or some that have no id, what is not there may be one of
        them: it is given as one that cannot be read, and not left out as what Xero does not have.
        """
        if not invoice_ids:
            return []
        found = await self._fetch(i_ds=list(invoice_ids), **FIRST_PAGE)
        asked = [invoice for invoice in found if invoice.xero_invoice_id in invoice_ids]
        missing = set(invoice_ids) - {invoice.xero_invoice_id for invoice in asked}
        if len(asked) < len(found):
            asked += [invoice_from_xero({"InvoiceID": xero_id}) for xero_id in sorted(missing)]
        return asked

    async def fetch_modified_since(self, since: datetime) -> list[XeroInvoice]:
        """One call. Rows may be up to two seconds older than `since`, see `modified_since`."""
        return await self._fetch(
            if_modified_since=modified_since(since), where=_SALES, order="UpdatedDateUTC ASC", **FIRST_PAGE
        )

    async def fetch_page(
        self, number: int, *, since: datetime | None = None, issued_from: date | None = None
    ) -> InvoicePage:
        """One call. A day is asked for by Date, which is a range that Xero promises to be fast (FACTS 4.7)."""
        where = _SALES if issued_from is None else f"{_SALES} AND {name_days_from('Date', issued_from)}"
        header = {} if since is None else {"if_modified_since": modified_since(since)}
        elements, pages = await self._calls.fetch_page(
            "get_invoices",
            "Invoices",
            number,
            where=where,
            order="InvoiceID ASC",
            **header,
            **_FOUR_PLACES,
        )
        return InvoicePage(tuple(invoice_from_xero(element) for element in elements), pages)

    async def fetch_by_number(self, numbers: Sequence[str]) -> list[XeroInvoice]:
        """One call, and one more for each number with a comma, which Xero's comma list cannot hold."""
        listable = [number for number in numbers if "," not in number]
        reads: list[Awaitable[list[XeroInvoice]]] = [
            self._fetch_numbered(number) for number in numbers if "," in number
        ]
        if listable:
            reads.append(self._fetch(invoice_numbers=listable, where=_SALES, **FIRST_PAGE))
        found = [invoice for answer in await asyncio.gather(*reads) for invoice in answer]
        if any(invoice.flaw is not None and not invoice.number for invoice in found):
            raise Unreadable("Xero showed an invoice without the number by which it was asked for")
        return list({invoice.xero_invoice_id: invoice for invoice in found}.values())

    async def fetch_created_by_us(self, since: datetime) -> list[XeroInvoice]:
        """One call per thousand, ordered by id: in the order of their time, rows move from page to page while read.

        What is not found is made, so no answer but a list is taken for an empty one. How Xero says that nothing was
        modified is not known (FACTS 8): where it says nothing, all that this app ever created is read.
        """
        made: dict[str, Any] = {
            "created_by_my_app": True,
            "where": _SALES,
            "order": "InvoiceID ASC",
            **_FOUR_PLACES,
        }
        try:
            elements = await self._calls.look_through(
                "get_invoices", "Invoices", if_modified_since=modified_since(since), **made
            )
        except Silent:
            elements = await self._calls.look_through("get_invoices", "Invoices", **made)
        return [invoice_from_xero(element) for element in elements]

    async def create(
        self, writes: Sequence[InvoiceWrite], idempotency_key: str
    ) -> list[XeroInvoice | Refused]:
        """PUT, which never touches an invoice that exists; POST would overwrite one of the same number (FACTS 4.3)."""

        async def send(part: Sequence[InvoiceWrite], key: str) -> list[Json]:
            return await self._calls.write(
                "create_invoices",
                "Invoices",
                invoices=invoices_to_xero(part),
                idempotency_key=key,
                **EACH_FOR_ITSELF,
                **_FOUR_PLACES,
            )

        return await self._write(send, writes, idempotency_key)

    async def update(self, writes: Sequence[InvoiceWrite]) -> list[XeroInvoice | Refused]:
        """POST, without an idempotency key: set to A, to B, to A again, the third would answer the first (FACTS 4.9).

        Raises `ValueError` for a write without an id, which POST would take for a create.
        """
        if any(write.xero_invoice_id is None for write in writes):
            raise ValueError("an update names its invoice by id")

        async def send(part: Sequence[InvoiceWrite], key: str) -> list[Json]:
            body = invoices_to_xero(part)
            return await self._calls.write(
                "update_or_create_invoices", "Invoices", invoices=body, **EACH_FOR_ITSELF, **_FOUR_PLACES
            )

        return await self._write(send, writes)

    async def _write(
        self,
        send: Callable[[Sequence[InvoiceWrite], str], Awaitable[list[Json]]],
        writes: Sequence[InvoiceWrite],
        key: str = "",
    ) -> list[XeroInvoice | Refused]:
        """One request, and more where one would be too large; each has a key of its own (FACTS 4.9)."""
        answers: list[XeroInvoice | Refused] = []
        for number, part in enumerate(cut_by_size(writes, invoice_to_xero)):
            marked = key if number == 0 else f"{key}-{number}"
            answers += await self._calls.write_batch(send, part, _answer_from_xero, is_of_invoice, marked)
        return answers

    async def fetch_online_url(self, xero_invoice_id: str) -> str | None:
        """One call; None where Xero has no online invoice, as for a voided one (FACTS 5)."""
        try:
            found = await self._calls.fetch(
                "get_online_invoice", "OnlineInvoices", invoice_id=xero_invoice_id
            )
        except (NotFound, RequestInvalid):
            return None
        return (read_text(found[0], "OnlineInvoiceUrl") or None) if found else None

    async def _fetch(self, **arguments: Any) -> list[XeroInvoice]:
        elements = await self._calls.fetch("get_invoices", "Invoices", **_FOUR_PLACES, **arguments)
        elements = [await self._with_credits(element) for element in elements]
        return [invoice_from_xero(element) for element in elements]

    async def _with_credits(self, element: Json) -> Json:
        """The element as the list showed it, or, where that hides what is allocated to the invoice, read by itself."""
        if applied_from_xero(element) is not None:
            return element
        invoice_id = element.get("InvoiceID")
        found = await self._calls.fetch("get_invoice", "Invoices", invoice_id=invoice_id, **_FOUR_PLACES)
        return found[0] if found else element

    async def _fetch_numbered(self, number: str) -> list[XeroInvoice]:
        where = find_equality("InvoiceNumber", number)
        if where is not None:
            return await self._fetch(where=f"{_SALES} AND {where}", **FIRST_PAGE)
        elements = await self._calls.fetch_pages(
            "get_invoices",
            "Invoices",
            search_term=longest_plain_part(number),
            order="InvoiceID ASC",
            **_FOUR_PLACES,
        )
        found = (invoice_from_xero(element) for element in elements)
        wanted = fold_number(number)
        return [each for each in found if each.is_receivable and fold_number(each.number) == wanted]


def _answer_from_xero(element: Json) -> XeroInvoice:
    invoice = invoice_from_xero(element)
    if invoice.flaw is not None:
        raise Unreadable(f"Xero answered a write with an invoice that cannot be read: {invoice.flaw}")
    return invoice
