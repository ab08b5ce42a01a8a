"""Contacts and payments, asked of the sandbox over HTTP as the reconcile asks."""

from datetime import date
from decimal import Decimal

import pytest

from app.domain.xero.xero_contact import ContactWrite, XeroContact
from app.domain.xero.xero_invoice import Refused, XeroPayment
from app.xero.organisation import XeroSdkOrganisation
from tests.integration.xero.conftest import Xero
from tests.integration.xero.writes import make_contact, make_invoice, pay


async def test_contacts_are_found_by_id_by_marker_and_by_name(organisation: XeroSdkOrganisation) -> None:
    """Name without regard to case; the marker exactly; unknown ones are left out."""
    made = await make_contact(organisation)
    assert (made.email, made.phone, made.contact_number) == ("k@example.com", "0400 000 000", "pl-1")
    assert await organisation.contacts.fetch([made.xero_contact_id]) == [made]
    assert await organisation.contacts.fetch_by_number(["pl-1", "pl-9"]) == [made]
    assert await organisation.contacts.fetch_by_name(["KIM  TRAN ", "Kim Tran", "Nobody"]) == [made]
    assert await organisation.contacts.fetch_by_name(["Kim"]) == []


@pytest.mark.parametrize(
    "name", ['Kim "Ace" Tran', "O'Neill & Sons + Co, 100%", "back\\slash Pty", "Zoë Müller"]
)
async def test_contacts_of_any_name_are_found(organisation: XeroSdkOrganisation, name: str) -> None:
    """A quote cannot be said in Xero's filter, so such a name is searched for and compared here."""
    made = await make_contact(organisation, name)
    await make_contact(organisation, f"{name} the second", "pl-2")
    assert await organisation.contacts.fetch_by_name([name]) == [made]


async def test_an_archived_contact_is_found_and_known_as_such(
    xero: Xero, organisation: XeroSdkOrganisation
) -> None:
    """It still holds its name's place and cannot be used (FACTS 5)."""
    made = await make_contact(organisation)
    await xero.act("POST", f"/contacts/{made.xero_contact_id}/archive")
    for found in (
        await organisation.contacts.fetch([made.xero_contact_id]),
        await organisation.contacts.fetch_by_name(["Kim Tran"]),
        await organisation.contacts.fetch_by_number(["pl-1"]),
    ):
        assert [contact.is_archived for contact in found] == [True]


async def test_a_contact_whose_name_is_taken_is_refused_in_xeros_words(
    organisation: XeroSdkOrganisation,
) -> None:
    """And the next one in the batch is made."""
    await make_contact(organisation)
    taken, made = await organisation.contacts.create(
        [ContactWrite({"name": "kim tran"}, "pl-2"), ContactWrite({"name": "Lee Wong"}, "pl-3")], "k"
    )
    assert isinstance(taken, Refused)
    assert "already assigned to another contact" in taken.messages[0]
    assert isinstance(made, XeroContact)


async def test_a_payment_is_made_found_by_its_marker_and_deleted(
    xero: Xero, organisation: XeroSdkOrganisation
) -> None:
    """A deleted payment keeps its marker and is passed over; deleting it again finds it gone (FACTS 5)."""
    invoice = await make_invoice(organisation)
    (made,) = await organisation.payments.create([await pay(xero, invoice)], "k")
    assert isinstance(made, XeroPayment)
    assert (made.amount, made.paid_on) == (Decimal("500.00"), date(2026, 11, 20))
    assert await organisation.payments.fetch_by_reference(["pl-p1", "pl-p2"]) == {"pl-p1": made}
    (paid,) = await organisation.invoices.fetch([invoice.xero_invoice_id])
    assert (paid.payments, paid.amount_paid) == ((made,), Decimal("500.00"))
    assert await organisation.payments.delete(made.xero_payment_id) is None
    assert await organisation.payments.delete(made.xero_payment_id) is None
    assert await organisation.payments.fetch_by_reference(["pl-p1"]) == {}
    (unpaid,) = await organisation.invoices.fetch([invoice.xero_invoice_id])
    assert unpaid.payments == ()


async def test_a_payment_that_nobody_made_is_gone(organisation: XeroSdkOrganisation) -> None:
    """What the caller wanted holds already."""
    assert await organisation.payments.delete("00000000-0000-0000-0000-000000000009") is None


async def test_a_payment_of_too_much_is_refused_in_xeros_words(
    xero: Xero, organisation: XeroSdkOrganisation
) -> None:
    """The amount outstanding bounds a payment, and the one that fits is made (FACTS 5)."""
    invoice = await make_invoice(organisation)
    writes = [await pay(xero, invoice), await pay(xero, invoice, "5000", "pl-p2")]
    fits, exceeds = await organisation.payments.create(writes, "k")
    assert isinstance(fits, XeroPayment)
    assert exceeds == Refused(("Payment amount exceeds the amount outstanding on this document",))
