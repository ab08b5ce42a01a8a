"""Xero's own SDK, unmodified, drives every endpoint and must be able to read every answer into its models.

Its readers are strict (an unknown enum value or a null in a date raises), so this holds the sandbox to Xero's shapes.
"""

from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from xero_python.accounting import (
    Account,
    Contact,
    ContactPerson,
    Contacts,
    Invoice,
    Invoices,
    LineAmountTypes,
    LineItem,
    Payment,
    PaymentDelete,
    Payments,
    Phone,
)
from xero_python.exceptions import (
    AccountingBadRequestException,
    HTTPStatusException,
    NotFoundException,
    RateLimitException,
)

from tests.sandbox.xero.sdk import Sdk


def build(**changes: Any) -> Invoice:
    """An invoice in the SDK's own model."""
    values: dict[str, Any] = {
        "type": "ACCREC",
        "contact": Contact(name="Kim Tran"),
        "date": date(2026, 11, 20),
        "due_date": date(2026, 12, 4),
        "line_amount_types": LineAmountTypes.INCLUSIVE,
        "status": "AUTHORISED",
        "sent_to_contact": True,
        "reference": "PO 1",
        "line_items": [
            LineItem(
                description="Unit",
                quantity=Decimal("1.5"),
                unit_amount=Decimal("1890.00"),
                account_code="200",
            ),
            LineItem(description="Just words"),
            LineItem(
                description="Less",
                quantity=1,
                unit_amount=Decimal(10),
                account_code="210",
                discount_rate=Decimal(5),
            ),
        ],
    }
    return Invoice(**{**values, **changes})


def test_settings_are_read(sdk: Sdk) -> None:
    """Organisation, accounts, tax rates."""
    [organisation] = sdk.get_organisations().organisations
    assert (organisation.base_currency.value, organisation.country_code.value) == ("AUD", "AU")
    accounts = sdk.get_accounts(where='Class=="REVENUE" AND Status=="ACTIVE"').accounts
    assert "200" in [account.code for account in accounts]
    assert sdk.get_account(accounts[0].account_id).accounts[0].name == accounts[0].name
    assert all(account.type for account in sdk.get_accounts().accounts)
    rates = {rate.tax_type: rate for rate in sdk.get_tax_rates().tax_rates}
    assert rates["OUTPUT"].effective_rate == 10
    assert sdk.get_tax_rate_by_tax_type("OUTPUT").tax_rates[0].can_apply_to_revenue is True


def test_contacts_are_written_and_read(sdk: Sdk) -> None:
    """Create, upsert, update, list in both forms, by id and by number."""
    phone = Phone(phone_type="MOBILE", phone_number="0400 000 000")
    person = ContactPerson(first_name="B", email_address="b@example.com")
    wish = Contact(
        name="Ada",
        contact_number="c1",
        email_address="a@example.com",
        phones=[phone],
        contact_persons=[person],
    )
    [made] = sdk.create_contacts(contacts=Contacts(contacts=[wish]), summarize_errors=False).contacts
    assert made.phones[3].phone_number == "0400 000 000"
    [again] = sdk.update_or_create_contacts(
        contacts=Contacts(contacts=[Contact(name="Ada", first_name="A")])
    ).contacts
    assert again.contact_id == made.contact_id
    sdk.update_contact(
        made.contact_id, contacts=Contacts(contacts=[Contact(contact_id=made.contact_id, last_name="L")])
    )
    assert sdk.get_contact(made.contact_id).contacts[0].last_name == "L"
    assert sdk.get_contact_by_contact_number("c1").contacts[0].first_name == "A"
    assert sdk.get_contacts(page=1, page_size=10, include_archived=True).pagination.item_count == 1
    assert [contact.name for contact in sdk.get_contacts(where='Name=="ada"', order="Name ASC").contacts] == [
        "Ada"
    ]


def test_invoices_are_written_and_read(sdk: Sdk) -> None:
    """Create, upsert, update by id with LineItemIDs, every list."""
    [made] = sdk.create_invoices(
        invoices=Invoices(invoices=[build()]), summarize_errors=False, unitdp=4
    ).invoices
    assert (made.total, made.status, made.sent_to_contact) == (Decimal("2844.5"), "AUTHORISED", True)
    assert made.date == date(2026, 11, 20)
    line = LineItem(line_item_id=made.line_items[0].line_item_id, unit_amount=Decimal(2000))
    change = Invoice(line_amount_types=LineAmountTypes.INCLUSIVE, line_items=[line])
    [after] = sdk.update_invoice(made.invoice_id, invoices=Invoices(invoices=[change]), unitdp=4).invoices
    assert (after.total, len(after.line_items)) == (Decimal(3000), 1)
    upsert = Invoice(invoice_id=made.invoice_id, reference="PO 2")
    assert sdk.update_or_create_invoices(invoices=Invoices(invoices=[upsert])).invoices[0].reference == "PO 2"
    assert sdk.get_invoice(made.invoice_number).invoices[0].invoice_id == made.invoice_id
    lists: list[dict[str, Any]] = [
        {}, {"page": 1, "page_size": 5, "unitdp": 4}, {"i_ds": [made.invoice_id]}, {"statuses": ["AUTHORISED"]},
        {"summary_only": True}, {"search_term": "PO 2"}, {"if_modified_since": datetime(2026, 1, 1)},  # noqa: DTZ001
    ]  # fmt: skip
    for query in lists:
        assert [row.invoice_id for row in sdk.get_invoices(**query).invoices] == [made.invoice_id]


def test_payments_are_written_and_read(sdk: Sdk) -> None:
    """Create in a batch and alone, list, read, delete, and the invoice that is paid by them."""
    [made] = sdk.create_invoices(invoices=Invoices(invoices=[build()])).invoices
    bank = Account(account_id=sdk.app.bank_account())
    wish = Payment(
        invoice=Invoice(invoice_id=made.invoice_id),
        account=bank,
        date=date(2026, 11, 21),
        amount=Decimal("44.5"),
    )
    [first] = sdk.create_payments(payments=Payments(payments=[wish])).payments
    wish.amount = Decimal(2800)
    sdk.create_payment(payment=wish)
    [paid] = sdk.get_invoice(made.invoice_id).invoices
    assert (paid.status, paid.fully_paid_on_date, len(paid.payments)) == ("PAID", date(2026, 11, 21), 2)
    assert len(sdk.get_payments(page=1).payments) == 2
    assert sdk.get_payment(first.payment_id).payments[0].payment_type == "ACCRECPAYMENT"
    assert (
        sdk.delete_payment(first.payment_id, PaymentDelete(status="DELETED")).payments[0].status == "DELETED"
    )
    assert sdk.get_invoice(made.invoice_id).invoices[0].amount_due == Decimal("44.5")
    [voided] = sdk.create_invoices(invoices=Invoices(invoices=[build()])).invoices
    change = Invoices(invoices=[Invoice(status="VOIDED")])
    assert sdk.update_invoice(voided.invoice_id, invoices=change).invoices[0].status == "VOIDED"


def test_refusals_are_read(sdk: Sdk) -> None:
    """Per element with summarizeErrors=false, as an exception without it, and 404, 429, 401."""
    bad = build(line_items=[LineItem(description="x", quantity=1, unit_amount=1, account_code="nope")])
    found = sdk.create_invoices(invoices=Invoices(invoices=[build(), bad]), summarize_errors=False).invoices
    assert [row.status_attribute_string for row in found] == ["OK", "ERROR"]
    assert "not a valid code" in found[1].validation_errors[0].message
    with pytest.raises(AccountingBadRequestException) as refused:
        sdk.create_invoices(invoices=Invoices(invoices=[bad]))
    assert "not a valid code" in refused.value.reason
    warned = sdk.create_invoices(
        invoices=Invoices(invoices=[build(status="DRAFT")]), summarize_errors=False
    ).invoices[0]
    assert warned.warnings[0].message.startswith("Only AUTHORISED")
    with pytest.raises(NotFoundException):
        sdk.get_invoice("none")
    sdk.app.control("POST", "/faults", kind="rate_limited_day", path="/Organisation", retry_after=70_000)
    with pytest.raises(RateLimitException) as limited:
        sdk.get_organisations()
    assert limited.value.rate_limit == "day"
    sdk.app.control("POST", "/clock", advance_seconds=1801)
    with pytest.raises(HTTPStatusException) as expired:
        sdk.get_organisations()
    assert expired.value.http_resp.status == 401


def test_connections_are_read_and_deleted(sdk: Sdk) -> None:
    """The identity API of the SDK."""
    [connection] = sdk.identity.get_connections()
    assert (connection.tenant_id, connection.tenant_type) == (sdk.tenant, "ORGANISATION")
    sdk.identity.delete_connection(connection.id)
    assert sdk.identity.get_connections() == []


def test_every_country_can_be_read(sdk: Sdk) -> None:
    """Enums of versions, time zones, report tax types."""
    for country in ("NZ", "GB"):
        sdk.app.tenant_id = sdk.app.control("POST", "/organisations", name=country, country=country)[
            "tenant_id"
        ]
        other = Sdk(sdk.app.connect())
        seen = SimpleNamespace(organisations=other.get_organisations(), rates=other.get_tax_rates().tax_rates)
        assert seen.organisations.organisations[0].timezone is not None
        assert all(rate.report_tax_type for rate in seen.rates)
        assert other.get_accounts().accounts
        other.client.rest_client.pool_manager.clear()
