"""One Xero organisation as the reconcile asks for it: each method is one of its port's, in terms of Xero's calls.

Which call answers which question, and with what parameters, is decided here and explained beside each; how a call is
made is left to `calls`, what its JSON means to the mappings.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.organisation import Organisation
from app.domain.xero_invoice import (
    ContactWrite,
    InvoiceWrite,
    PaymentWrite,
    Refused,
    XeroContact,
    XeroInvoice,
    XeroPayment,
)
from app.xero.calls import ROWS_OF_A_PAGE, XeroCalls
from app.xero.failures import NotFound, RequestInvalid
from app.xero.from_xero import contact_from_xero, invoice_from_xero, is_deleted, payment_from_xero
from app.xero.json_values import Json
from app.xero.organisation_from_xero import organisation_from_xero
from app.xero.refusals import find_refusal
from app.xero.to_xero import contacts_to_xero, invoices_to_xero, payments_to_xero
from app.xero.where import find_equality, longest_plain_part

_IDS_OF_A_READ = 40
"""What Xero recommends, because ids travel in the address (FACTS 4.7)."""

_SALES = 'Type=="ACCREC"'
_FIRST_PAGE = {"page": 1, "page_size": ROWS_OF_A_PAGE}
_FOUR_PLACES = {"unitdp": 4}
_WITH_ARCHIVED: dict[str, Any] = {"include_archived": True}
_EACH_FOR_ITSELF: dict[str, Any] = {"summarize_errors": False}


class XeroSdkOrganisation:
    """Bound to one connection; safe for several tasks."""

    def __init__(self, calls: XeroCalls) -> None:
        self._calls = calls

    async def fetch_organisation(self) -> Organisation:
        """Four calls, at once."""
        facts, accounts, tax_rates, currencies = await asyncio.gather(
            self._calls.fetch("get_organisations", "Organisations"),
            self._calls.fetch("get_accounts", "Accounts"),
            self._calls.fetch("get_tax_rates", "TaxRates"),
            self._calls.fetch("get_currencies", "Currencies"),
        )
        return organisation_from_xero(facts[0] if facts else {}, accounts, tax_rates, currencies)

    async def fetch_invoices(self, invoice_ids: Sequence[str]) -> list[XeroInvoice]:
        """One call; asked for as a page, because an unpaged list has no lines (FACTS 4.7)."""
        if not invoice_ids:
            return []
        return await self._fetch_invoices(i_ds=list(invoice_ids), **_FIRST_PAGE)

    async def fetch_invoices_modified_since(self, since: datetime) -> list[XeroInvoice]:
        """One call. Rows may be up to two seconds older than `since`, see `_modified_since`."""
        return await self._fetch_invoices(
            if_modified_since=_modified_since(since), where=_SALES, order="UpdatedDateUTC ASC", **_FIRST_PAGE
        )

    async def fetch_invoices_by_number(self, numbers: Sequence[str]) -> list[XeroInvoice]:
        """One call, and one more for each number with a comma, which Xero's comma list cannot hold."""
        listable = [number for number in numbers if "," not in number]
        reads: list[Awaitable[list[XeroInvoice]]] = [
            self._fetch_invoices_numbered(number) for number in numbers if "," in number
        ]
        if listable:
            reads.append(self._fetch_invoices(invoice_numbers=listable, where=_SALES, **_FIRST_PAGE))
        found = [invoice for answer in await asyncio.gather(*reads) for invoice in answer]
        return list({invoice.xero_invoice_id: invoice for invoice in found}.values())

    async def fetch_invoices_created_by_us(self, since: datetime) -> list[XeroInvoice]:
        """One call per thousand, ordered by id: in the order of their time, rows move from page to page while read."""
        elements = await self._calls.fetch_pages(
            "get_invoices",
            "Invoices",
            created_by_my_app=True,
            if_modified_since=_modified_since(since),
            where=_SALES,
            order="InvoiceID ASC",
            **_FOUR_PLACES,
        )
        return [invoice_from_xero(element) for element in elements]

    async def create_invoices(
        self, writes: Sequence[InvoiceWrite], idempotency_key: str
    ) -> list[XeroInvoice | Refused]:
        """PUT, which never touches an invoice that exists; POST would overwrite one of the same number (FACTS 4.3)."""

        async def send(part: Sequence[InvoiceWrite], key: str) -> list[Json]:
            return await self._calls.write(
                "create_invoices",
                "Invoices",
                invoices=invoices_to_xero(part),
                idempotency_key=key,
                **_EACH_FOR_ITSELF,
                **_FOUR_PLACES,
            )

        return (
            await self._calls.write_batch(send, writes, invoice_from_xero, idempotency_key) if writes else []
        )

    async def update_invoices(self, writes: Sequence[InvoiceWrite]) -> list[XeroInvoice | Refused]:
        """POST, without an idempotency key: set to A, to B, to A again, the third would answer the first (FACTS 4.9).

        Raises `ValueError` for a write without an id, which POST would take for a create.
        """
        if any(write.xero_invoice_id is None for write in writes):
            raise ValueError("an update names its invoice by id")

        async def send(part: Sequence[InvoiceWrite], key: str) -> list[Json]:
            body = invoices_to_xero(part)
            return await self._calls.write(
                "update_or_create_invoices", "Invoices", invoices=body, **_EACH_FOR_ITSELF, **_FOUR_PLACES
            )

        return await self._calls.write_batch(send, writes, invoice_from_xero) if writes else []

    async def fetch_contacts(self, contact_ids: Sequence[str]) -> list[XeroContact]:
        """One call per forty; paged, because only then are merged contacts told apart from archived ones (FACTS 5)."""
        parts = [contact_ids[at : at + _IDS_OF_A_READ] for at in range(0, len(contact_ids), _IDS_OF_A_READ)]
        reads = (self._fetch_contacts(i_ds=list(part)) for part in parts)
        return [contact for answer in await asyncio.gather(*reads) for contact in answer]

    async def fetch_contacts_by_number(self, contact_numbers: Sequence[str]) -> list[XeroContact]:
        """One call each: a filter on ContactNumber is slow in a large organisation (FACTS 5), this look-up is not."""
        answers = await asyncio.gather(
            *(self._fetch_contact_numbered(number) for number in set(contact_numbers))
        )
        return [contact for answer in answers for contact in answer]

    async def fetch_contacts_by_name(self, names: Sequence[str]) -> list[XeroContact]:
        """One call each; Xero keeps no doubled blanks in a name, so none are asked for (FACTS 5)."""
        tidy = {" ".join(name.split()) for name in names} - {""}
        answers = await asyncio.gather(*(self._fetch_contacts_named(name) for name in tidy))
        found = [contact for answer in answers for contact in answer]
        return list({contact.xero_contact_id: contact for contact in found}.values())

    async def create_contacts(
        self, writes: Sequence[ContactWrite], idempotency_key: str
    ) -> list[XeroContact | Refused]:
        """PUT, which refuses a name or a number that is taken; POST would edit the contact that has it."""

        async def send(part: Sequence[ContactWrite], key: str) -> list[Json]:
            body = contacts_to_xero(part)
            return await self._calls.write(
                "create_contacts", "Contacts", contacts=body, idempotency_key=key, **_EACH_FOR_ITSELF
            )

        return (
            await self._calls.write_batch(send, writes, contact_from_xero, idempotency_key) if writes else []
        )

    async def fetch_payments_by_reference(self, references: Sequence[str]) -> dict[str, XeroPayment]:
        """One call each. Deleted payments carry their reference for ever and are passed over."""
        wanted = list(dict.fromkeys(references))
        answers = await asyncio.gather(*(self._fetch_payments_referring(reference) for reference in wanted))
        return {
            reference: payment_from_xero(answer[0])
            for reference, answer in zip(wanted, answers, strict=True)
            if answer
        }

    async def create_payments(
        self, writes: Sequence[PaymentWrite], idempotency_key: str
    ) -> list[XeroPayment | Refused]:
        """PUT: payments are never edited, only created and deleted (FACTS 5)."""

        async def send(part: Sequence[PaymentWrite], key: str) -> list[Json]:
            body = payments_to_xero(part)
            return await self._calls.write(
                "create_payments", "Payments", payments=body, idempotency_key=key, **_EACH_FOR_ITSELF
            )

        return (
            await self._calls.write_batch(send, writes, payment_from_xero, idempotency_key) if writes else []
        )

    async def delete_payment(self, payment_id: str) -> Refused | None:
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
        if refused is None or await self._is_gone(payment_id):
            return None
        return refused

    async def _is_gone(self, payment_id: str) -> bool:
        try:
            found = await self._calls.fetch("get_payment", "Payments", payment_id=payment_id)
        except NotFound:
            return True
        return not found or is_deleted(found[0])

    async def _fetch_invoices(self, **arguments: Any) -> list[XeroInvoice]:
        elements = await self._calls.fetch("get_invoices", "Invoices", **_FOUR_PLACES, **arguments)
        return [invoice_from_xero(element) for element in elements]

    async def _fetch_invoices_numbered(self, number: str) -> list[XeroInvoice]:
        where = find_equality("InvoiceNumber", number)
        if where is not None:
            return await self._fetch_invoices(where=f"{_SALES} AND {where}", **_FIRST_PAGE)
        elements = await self._calls.fetch_pages(
            "get_invoices",
            "Invoices",
            search_term=longest_plain_part(number),
            order="InvoiceID ASC",
            **_FOUR_PLACES,
        )
        found = (invoice_from_xero(element) for element in elements)
        return [invoice for invoice in found if invoice.is_receivable and invoice.number == number]

    async def _fetch_contacts(self, **arguments: Any) -> list[XeroContact]:
        elements = await self._calls.fetch(
            "get_contacts", "Contacts", **_WITH_ARCHIVED, **_FIRST_PAGE, **arguments
        )
        return [contact_from_xero(element) for element in elements]

    async def _fetch_contact_numbered(self, number: str) -> list[XeroContact]:
        try:
            found = await self._calls.fetch(
                "get_contact_by_contact_number", "Contacts", contact_number=number
            )
        except NotFound:
            return []
        return [contact_from_xero(element) for element in found]

    async def _fetch_contacts_named(self, name: str) -> list[XeroContact]:
        where = find_equality("Name", name)
        if where is not None:
            return await self._fetch_contacts(where=where)
        part = longest_plain_part(name)
        elements = await self._calls.fetch_pages(
            "get_contacts", "Contacts", search_term=part, order="ContactID ASC", **_WITH_ARCHIVED
        )
        found = (contact_from_xero(element) for element in elements)
        return [contact for contact in found if contact.name.casefold() == name.casefold()]

    async def _fetch_payments_referring(self, reference: str) -> list[Json]:
        where = find_equality("Reference", reference)
        if where is None:
            raise ValueError(f"a marker holds no quotes: {reference!r}")
        found = await self._calls.fetch("get_payments", "Payments", where=where, **_FIRST_PAGE)
        return [element for element in found if not is_deleted(element)]


def _modified_since(since: datetime) -> datetime:
    """The header's value: naive UTC in whole seconds, for Xero may ignore any other form and answer everything.

    Whether Xero's comparison includes the very second is not documented (FACTS 4.7), so it asks from one before.
    """
    whole = since.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    return whole - timedelta(seconds=1)
