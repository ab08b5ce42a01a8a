"""Where nobody knows how Xero answers (FACTS 8), the adapter lives with either answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.xero.xero_invoice import InvoiceWrite, LineWrite, Refused, XeroInvoice, XeroPayment
from app.xero.organisation import XeroSdkOrganisation
from tests.integration.xero.conftest import Xero
from tests.integration.xero.writes import HEADER, LINE, pay

FUTURE = datetime(2099, 1, 1, tzinfo=UTC)


async def switch(xero: Xero, **wish: Any) -> None:
    """Let the organisation answer the other way."""
    await xero.control("PUT", f"/organisations/{xero.at.tenant_id}/behaviour", **wish)


async def make(xero: Xero, organisation: XeroSdkOrganisation, line: dict[str, Any] = LINE) -> XeroInvoice:
    """An invoice of ours, for a contact that a person made."""
    contact = await xero.act("POST", "/contacts", Name="Kim Tran")
    write = InvoiceWrite(None, HEADER, (LineWrite(None, line),), contact["ContactID"])
    [made] = await organisation.invoices.create([write], "k")
    assert isinstance(made, XeroInvoice)
    return made


@pytest.mark.parametrize("mode", ["exclusive", "inclusive"])
async def test_what_moved_in_the_very_second_is_found(
    xero: Xero, organisation: XeroSdkOrganisation, mode: str
) -> None:
    """Whether or not Xero counts the second that was asked for, an invoice of it is in the answer."""
    await switch(xero, modified_since=mode)
    made = await make(xero, organisation)
    found = await organisation.invoices.fetch_modified_since(made.updated_at)
    assert [invoice.xero_invoice_id for invoice in found] == [made.xero_invoice_id]


@pytest.mark.parametrize("mode", ["empty", "not_modified"])
async def test_nothing_modified_is_nothing_however_it_is_said(
    xero: Xero, organisation: XeroSdkOrganisation, mode: str
) -> None:
    """An empty list, or a 304 without a body."""
    await switch(xero, nothing_modified=mode)
    assert await organisation.invoices.fetch_modified_since(FUTURE) == []
    assert await organisation.invoices.fetch_created_by_us(FUTURE - timedelta(days=1)) == []


@pytest.mark.parametrize("mode", ["refused", "taken", "ignored"])
async def test_line_amounts_are_not_ours_to_contradict(
    xero: Xero, organisation: XeroSdkOrganisation, mode: str
) -> None:
    """We never send one, so whatever Xero does with those that contradict is not done to us."""
    await switch(xero, line_amount=mode)
    assert f"{(await make(xero, organisation)).total:.2f}" == "1890.12"


@pytest.mark.parametrize("deletes", [True, False])
async def test_deleting_a_reconciled_payment_is_done_or_refused_as_a_value(
    xero: Xero, organisation: XeroSdkOrganisation, deletes: bool
) -> None:
    """A refusal names its reason and raises nothing; the payment then stands."""
    await switch(xero, deletes_reconciled_payments=deletes)
    made = await make(xero, organisation)
    [paid] = await organisation.payments.create([await pay(xero, made)], "p")
    assert isinstance(paid, XeroPayment)
    await xero.act("POST", f"/payments/{paid.xero_payment_id}/reconcile")
    refused = await organisation.payments.delete(paid.xero_payment_id)
    [shown] = await organisation.invoices.fetch([made.xero_invoice_id])
    assert (refused is None, bool(shown.payments)) == (deletes, not deletes)
    assert refused is None or "reconciled" in refused.messages[0]


@pytest.mark.parametrize("scope", ["app", "access_token"])
async def test_a_repeated_create_makes_no_second_invoice(
    xero: Xero, organisation: XeroSdkOrganisation, scope: str
) -> None:
    """A key that Xero forgot with the old token leaves the number to refuse the second create."""
    await xero.control("PUT", "/idempotency", scope=scope)
    made = await make(xero, organisation)
    await xero.control("POST", "/clock", advance_seconds=31 * 60 if scope == "access_token" else 60)
    write = InvoiceWrite(None, HEADER, (LineWrite(None, LINE),), made.xero_contact_id)
    [again] = await organisation.invoices.create([write], "k")
    if scope == "app":
        assert isinstance(again, XeroInvoice)
        assert again.xero_invoice_id == made.xero_invoice_id
    else:
        assert again == Refused(("Invoice # must be unique.",))
    assert len((await xero.act("GET", "/invoices"))["Invoices"]) == 1


@pytest.mark.parametrize(("mode", "total"), [("kept", "1701.11"), ("kept_without_discounts", "1890.12")])
async def test_an_update_without_lines_says_what_became_of_them(
    xero: Xero, organisation: XeroSdkOrganisation, mode: str, total: str
) -> None:
    """The answer has the lines and the total as they are now, so a discount that went is seen at once."""
    made = await make(xero, organisation, LINE | {"discount_rate": "10"})
    await switch(xero, lines_not_sent=mode)
    [after] = await organisation.invoices.update(
        [InvoiceWrite(made.xero_invoice_id, {"reference": "PO 2"}, None)]
    )
    assert isinstance(after, XeroInvoice)
    assert (bool(after.lines[0].discount_rate), f"{after.total:.2f}") == (mode == "kept", total)
