"""For every address of the sandbox's accounting API, the call of Xero's own SDK that reaches it.

`CALLS` names them all; a test holds it to the sandbox's routes. Each call takes a `World`: an organisation that has one
of everything, and fresh names for what a call makes.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from xero_python import accounting as xero

from tests.sandbox.xero.sdk import Sdk

DAY = date(2026, 11, 20)


class World:
    """One of everything, made by a person at Xero's screens, and the SDK."""

    def __init__(self, sdk: Sdk) -> None:
        self.sdk = sdk
        self._numbers = count(1)
        person = sdk.app.person
        self.contact = person("POST", "/contacts", Name="Kim Tran", EmailAddress="kim@example.com")[
            "ContactID"
        ]
        self.item = person("POST", "/items", Code="TAP", Name="Tap")["ItemID"]
        self.category = person("POST", "/trackingcategories", Name="Region", Options=["North"])
        self.group = person("POST", "/contactgroups", Name="Builders")["ContactGroupID"]
        self.bank = sdk.app.bank_account()
        self.invoice = self.make_invoice()
        self.payment = self.pay()
        contact = {"Contact": {"ContactID": self.contact}}
        line = {"Description": "Back", "UnitAmount": 500, "AccountCode": "200"}
        credit = person("POST", "/creditnotes", **contact, Status="AUTHORISED", LineItems=[line])
        over = person("POST", "/overpayments", **contact, Amount=500)
        pre = person("POST", "/prepayments", **contact, Amount=500)
        self.credits = {
            "CreditNotes": credit["CreditNoteID"],
            "Overpayments": over["OverpaymentID"],
            "Prepayments": pre["PrepaymentID"],
        }

    def name(self, word: str) -> str:
        """A name that nothing has yet."""
        return f"{word} {next(self._numbers)}"

    def make_invoice(self) -> str:
        """Another approved invoice of 1,100.00."""
        line = {"Description": "Labour", "UnitAmount": 1000, "AccountCode": "200"}
        wish = {"Contact": {"ContactID": self.contact}, "DueDate": "2026-12-04", "Status": "AUTHORISED"}
        return str(self.sdk.app.person("POST", "/invoices", **wish, LineItems=[line])["InvoiceID"])

    def pay(self) -> str:
        """Another payment of 1.00."""
        return str(self.sdk.app.person("POST", f"/invoices/{self.invoice}/payments", Amount=1)["PaymentID"])

    def allocate(self, plural: str) -> str:
        """Another allocation of 1.00."""
        path = f"/{plural.lower()}/{self.credits[plural]}/allocations"
        made = self.sdk.app.person("POST", path, InvoiceID=self.invoice, Amount=1)
        return str(made["AllocationID"])

    def noted(self, plural: str, key: str) -> str:
        """The id of a document that has a note now."""
        body = {"HistoryRecords": [{"Details": "Said before"}]}
        assert self.sdk.app.call("PUT", f"/{plural}/{key}/History", body).status_code == 200
        return key


Call = Callable[[World], Any]


def _invoices(world: World, **more: Any) -> Any:
    line = xero.LineItem(description="Labour", quantity=1, unit_amount=Decimal(100), account_code="200")
    contact = xero.Contact(contact_id=world.contact)
    made = xero.Invoice(type="ACCREC", contact=contact, date=DAY, due_date=DAY, line_items=[line], **more)
    return xero.Invoices(invoices=[made])


def _contacts(world: World) -> Any:
    return xero.Contacts(contacts=[xero.Contact(name=world.name("Customer"))])


def _items(world: World) -> Any:
    return xero.Items(items=[xero.Item(code=world.name("I"), name="Item")])


def _payment(world: World) -> Any:
    invoice, bank = xero.Invoice(invoice_id=world.invoice), xero.Account(account_id=world.bank)
    return xero.Payment(invoice=invoice, account=bank, date=DAY, amount=Decimal("1.10"))


def _bank_transactions(world: World) -> Any:
    made = xero.BankTransaction(
        type="RECEIVE-OVERPAYMENT",
        contact=xero.Contact(contact_id=world.contact),
        bank_account=xero.Account(account_id=world.bank),
        date=DAY,
        line_items=[xero.LineItem(description="Too much", line_amount=Decimal(30))],
    )
    return xero.BankTransactions(bank_transactions=[made])


def _credit_notes(world: World) -> Any:
    line = xero.LineItem(description="Back", quantity=1, unit_amount=Decimal(10), account_code="200")
    contact = xero.Contact(contact_id=world.contact)
    made = xero.CreditNote(type="ACCRECCREDIT", contact=contact, date=DAY, line_items=[line])
    return xero.CreditNotes(credit_notes=[made])


def _allocations(world: World) -> Any:
    part = xero.Allocation(invoice=xero.Invoice(invoice_id=world.invoice), amount=Decimal(1), date=DAY)
    return xero.Allocations(allocations=[part])


def _notes() -> Any:
    return xero.HistoryRecords(history_records=[xero.HistoryRecord(details="Said by an app")])


CALLS: dict[tuple[str, str], Call] = {
    ("GET", "/Organisation"): lambda w: w.sdk.get_organisations(),
    ("GET", "/Organisation/Actions"): lambda w: w.sdk.get_organisation_actions(),
    ("GET", "/Accounts"): lambda w: w.sdk.get_accounts(),
    ("GET", "/Accounts/{key}"): lambda w: w.sdk.get_account(w.bank),
    ("GET", "/Currencies"): lambda w: w.sdk.get_currencies(),
    ("GET", "/TaxRates"): lambda w: w.sdk.get_tax_rates(),
    ("GET", "/TaxRates/{key}"): lambda w: w.sdk.get_tax_rate_by_tax_type("OUTPUT"),
    ("GET", "/TrackingCategories"): lambda w: w.sdk.get_tracking_categories(include_archived=True),
    ("GET", "/TrackingCategories/{key}"): lambda w: w.sdk.get_tracking_category(
        w.category["TrackingCategoryID"]
    ),
    ("GET", "/BrandingThemes"): lambda w: w.sdk.get_branding_themes(),
    ("GET", "/BrandingThemes/{key}"): lambda w: w.sdk.get_branding_theme(
        w.sdk.app.get("/BrandingThemes")["BrandingThemes"][0]["BrandingThemeID"]
    ),
    ("GET", "/ContactGroups"): lambda w: w.sdk.get_contact_groups(),
    ("GET", "/ContactGroups/{key}"): lambda w: w.sdk.get_contact_group(w.group),
    ("PUT", "/ContactGroups/{key}/Contacts"): lambda w: w.sdk.create_contact_group_contacts(
        w.group, contacts=xero.Contacts(contacts=[xero.Contact(contact_id=w.contact)])
    ),
    ("GET", "/Items"): lambda w: w.sdk.get_items(),
    ("PUT", "/Items"): lambda w: w.sdk.create_items(items=_items(w)),
    ("POST", "/Items"): lambda w: w.sdk.update_or_create_items(items=_items(w)),
    ("GET", "/Items/{key}"): lambda w: w.sdk.get_item(w.item),
    ("POST", "/Items/{key}"): lambda w: w.sdk.update_item(
        w.item, items=xero.Items(items=[xero.Item(code="TAP", description="Brass")])
    ),
    ("GET", "/BankTransactions"): lambda w: w.sdk.get_bank_transactions(page=1),
    ("PUT", "/BankTransactions"): lambda w: w.sdk.create_bank_transactions(
        bank_transactions=_bank_transactions(w)
    ),
    ("POST", "/BankTransactions"): lambda w: w.sdk.update_or_create_bank_transactions(
        bank_transactions=_bank_transactions(w)
    ),
    ("GET", "/BankTransactions/{key}"): lambda w: w.sdk.get_bank_transaction(w.credits["Overpayments"]),
    ("GET", "/Contacts"): lambda w: w.sdk.get_contacts(),
    ("PUT", "/Contacts"): lambda w: w.sdk.create_contacts(contacts=_contacts(w)),
    ("POST", "/Contacts"): lambda w: w.sdk.update_or_create_contacts(contacts=_contacts(w)),
    ("GET", "/Contacts/{key}"): lambda w: w.sdk.get_contact(w.contact),
    ("POST", "/Contacts/{key}"): lambda w: w.sdk.update_contact(
        w.contact, contacts=xero.Contacts(contacts=[xero.Contact(last_name="Tran")])
    ),
    ("GET", "/Invoices"): lambda w: w.sdk.get_invoices(page=1),
    ("PUT", "/Invoices"): lambda w: w.sdk.create_invoices(invoices=_invoices(w)),
    ("POST", "/Invoices"): lambda w: w.sdk.update_or_create_invoices(invoices=_invoices(w)),
    ("GET", "/Invoices/{key}"): lambda w: w.sdk.get_invoice(w.invoice),
    ("POST", "/Invoices/{key}"): lambda w: w.sdk.update_invoice(
        w.invoice, invoices=xero.Invoices(invoices=[xero.Invoice(reference="PO 1")])
    ),
    ("GET", "/Invoices/{key}/OnlineInvoice"): lambda w: w.sdk.get_online_invoice(w.invoice),
    ("GET", "/Payments"): lambda w: w.sdk.get_payments(),
    ("PUT", "/Payments"): lambda w: w.sdk.create_payments(payments=xero.Payments(payments=[_payment(w)])),
    ("POST", "/Payments"): lambda w: w.sdk.create_payment(payment=_payment(w)),
    ("GET", "/Payments/{key}"): lambda w: w.sdk.get_payment(w.payment),
    ("POST", "/Payments/{key}"): lambda w: w.sdk.delete_payment(
        w.pay(), xero.PaymentDelete(status="DELETED")
    ),
    ("GET", "/CreditNotes"): lambda w: w.sdk.get_credit_notes(page=1),
    ("GET", "/CreditNotes/{key}"): lambda w: w.sdk.get_credit_note(w.credits["CreditNotes"]),
    ("PUT", "/CreditNotes"): lambda w: w.sdk.create_credit_notes(credit_notes=_credit_notes(w)),
    ("POST", "/CreditNotes"): lambda w: w.sdk.update_or_create_credit_notes(credit_notes=_credit_notes(w)),
    ("POST", "/CreditNotes/{key}"): lambda w: w.sdk.update_credit_note(
        w.credits["CreditNotes"], xero.CreditNotes(credit_notes=[xero.CreditNote(reference="R")])
    ),
    ("GET", "/Overpayments"): lambda w: w.sdk.get_overpayments(page=1),
    ("GET", "/Overpayments/{key}"): lambda w: w.sdk.get_overpayment(w.credits["Overpayments"]),
    ("GET", "/Prepayments"): lambda w: w.sdk.get_prepayments(page=1),
    ("GET", "/Prepayments/{key}"): lambda w: w.sdk.get_prepayment(w.credits["Prepayments"]),
}
"""By method and path, as the sandbox writes its routes."""


def _add_allocations(plural: str, create: str, delete: str) -> None:
    path = f"/{plural}/{{key}}/Allocations"
    CALLS["PUT", path] = lambda w: getattr(w.sdk, create)(w.credits[plural], allocations=_allocations(w))
    CALLS["DELETE", path + "/{part}"] = lambda w: getattr(w.sdk, delete)(
        w.credits[plural], w.allocate(plural)
    )


def _add_history(plural: str, name: str, find: Callable[[World], str]) -> None:
    path = f"/{plural}/{{key}}/History"
    CALLS["GET", path] = lambda w: getattr(w.sdk, f"get_{name}_history")(w.noted(plural, find(w)))
    CALLS["PUT", path] = lambda w: getattr(w.sdk, f"create_{name}_history")(find(w), history_records=_notes())


for _plural, _create, _delete in (
    ("CreditNotes", "create_credit_note_allocation", "delete_credit_note_allocations"),
    ("Overpayments", "create_overpayment_allocations", "delete_overpayment_allocations"),
    ("Prepayments", "create_prepayment_allocations", "delete_prepayment_allocations"),
):
    _add_allocations(_plural, _create, _delete)
_add_history("Invoices", "invoice", lambda w: w.invoice)
_add_history("Contacts", "contact", lambda w: w.contact)
_add_history("Payments", "payment", lambda w: w.payment)
_add_history("Items", "item", lambda w: w.item)
_add_history("CreditNotes", "credit_note", lambda w: w.credits["CreditNotes"])
_add_history("Overpayments", "overpayment", lambda w: w.credits["Overpayments"])
_add_history("Prepayments", "prepayment", lambda w: w.credits["Prepayments"])
