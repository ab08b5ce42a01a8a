"""Credit notes, overpayments and prepayments: making, allocating, refunding, voiding (FACTS 5)."""

from typing import Any

import httpx
import pytest

from tests.sandbox.xero.driver import Receiver, XeroApp, build_invoice, build_line, messages_of

FAMILIES = ("CreditNotes", "Overpayments", "Prepayments")


def put_credit_note(books: XeroApp, **changes: Any) -> dict[str, Any]:
    """A credit note of 110.00 as answered."""
    wish = build_invoice(**{"Type": "ACCRECCREDIT", "DueDate": None, **changes})
    answer = books.call("PUT", "/CreditNotes", {"CreditNotes": [wish]})
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["CreditNotes"][0])


def receive(books: XeroApp, kind: str, amount: float = 110, **changes: Any) -> httpx.Response:
    """PUT of a bank transaction that makes an overpayment or prepayment."""
    line = {"Description": "Deposit", "LineAmount": amount}
    line |= {"AccountCode": "270"} if kind == "RECEIVE-PREPAYMENT" else {}
    wish = {
        "Type": kind,
        "Contact": {"Name": "Kim Tran"},
        "BankAccount": {"AccountID": books.bank_account()},
        "LineItems": [line],
        "Date": "2026-11-20",
        **changes,
    }
    return books.call("PUT", "/BankTransactions", wish)


def make(books: XeroApp, plural: str) -> str:
    """The id of a credit of 110.00 of any family."""
    if plural == "CreditNotes":
        return str(put_credit_note(books)["CreditNoteID"])
    made = receive(books, f"RECEIVE-{plural.upper()[:-1]}").json()["BankTransactions"][0]
    return str(made[f"{plural[:-1]}ID"])


def allocate(books: XeroApp, plural: str, key: str, invoice: dict[str, Any], amount: float) -> Any:
    """PUT of one allocation."""
    body = {"Amount": amount, "Date": "2026-11-21", "Invoice": {"InvoiceID": invoice["InvoiceID"]}}
    return books.call("PUT", f"/{plural}/{key}/Allocations", {"Allocations": [body]})


def test_a_credit_note_is_created_numbered_read_and_edited(books: XeroApp) -> None:
    """Paged lists have lines; POST updates by id or number."""
    made = put_credit_note(books, Reference="Warranty")
    assert (made["CreditNoteNumber"], made["RemainingCredit"], made["Status"]) == (
        "CN-0001",
        110.0,
        "AUTHORISED",
    )
    assert put_credit_note(books)["CreditNoteNumber"] == "CN-0002"
    assert books.get("/CreditNotes")["CreditNotes"][0]["LineItems"] == []
    page = books.get("/CreditNotes", page=1, where='Reference=="Warranty"')
    assert (page["pagination"]["itemCount"], len(page["CreditNotes"][0]["LineItems"])) == (1, 1)
    assert books.get("/CreditNotes/CN-0001")["CreditNotes"][0]["CreditNoteID"] == made["CreditNoteID"]
    path = f"/CreditNotes/{made['CreditNoteID']}"
    after = books.call("POST", path, {"Reference": "Goodwill"}).json()["CreditNotes"][0]
    assert (after["Reference"], after["Total"]) == ("Goodwill", 110.0)
    assert books.call("GET", "/CreditNotes/none").status_code == 404


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"Type": "ACCREC"}, "not of valid type for creation"),
        ({"Status": "PAID"}, "not of valid status for creation"),
        ({"CreditNoteNumber": "TAKEN"}, "must be unique"),
        ({"LineItems": [build_line(DiscountRate=10)]}, "Discounts are only supported"),
        ({"LineItems": []}, "One or more line items"),
        ({"LineItems": [build_line(UnitAmount=-5)]}, "cannot be less than zero"),
    ],
)
def test_credit_notes_that_are_not_right_are_refused(
    books: XeroApp, change: dict[str, Any], told: str
) -> None:
    """Discounts too, which only invoices have."""
    put_credit_note(books, CreditNoteNumber="TAKEN")
    wish = build_invoice(**{"Type": "ACCRECCREDIT", "DueDate": None, **change})
    assert told in messages_of(books.call("PUT", "/CreditNotes", wish))[0]


def test_an_unknown_credit_note_is_refused_in_xeros_words(books: XeroApp) -> None:
    """By an id in the body."""
    wish = {"CreditNoteID": "00000000-0000-0000-0000-000000000009", "Reference": "x"}
    assert messages_of(books.call("POST", "/CreditNotes", wish)) == [
        "An existing Credit Note with the specified CreditNoteID could not be found"
    ]


@pytest.mark.parametrize("plural", FAMILIES)
def test_an_allocation_moves_both_documents_and_can_be_deleted(books: XeroApp, plural: str) -> None:
    """AmountCredited, no payment; the invoice shows what was applied; deleting answers the bare allocation."""
    invoice, key = books.put_invoice(), make(books, plural)
    made = allocate(books, plural, key, invoice, 60).json()["Allocations"][0]
    after = books.read_invoice(invoice["InvoiceID"])
    assert (after["AmountCredited"], after["AmountDue"], after["Payments"]) == (60.0, 50.0, [])
    [shown] = after[plural]
    assert (shown["ID"], shown["AppliedAmount"], shown["Total"]) == (key, 60.0, 110.0)
    credit = books.get(f"/{plural}/{key}")[plural][0]
    assert (credit["RemainingCredit"], credit["Allocations"][0]["AllocationID"]) == (
        50.0,
        made["AllocationID"],
    )
    path = f"/{plural}/{key}/Allocations/{made['AllocationID']}"
    assert books.call("DELETE", path).json()["IsDeleted"] is True
    assert books.call("DELETE", path).status_code == 404
    assert books.get(f"/{plural}/{key}")[plural][0]["RemainingCredit"] == 110.0
    assert books.read_invoice(invoice["InvoiceID"])[plural] == []


@pytest.mark.parametrize("plural", FAMILIES)
def test_what_is_used_up_is_paid(books: XeroApp, plural: str) -> None:
    """Both documents become PAID, and AUTHORISED again when it is taken back."""
    invoice, key = books.put_invoice(), make(books, plural)
    made = allocate(books, plural, key, invoice, 110).json()["Allocations"][0]
    after = books.read_invoice(invoice["InvoiceID"])
    assert (after["Status"], after["FullyPaidOnDate"]) == ("PAID", "/Date(1795219200000+0000)/")
    assert books.get(f"/{plural}/{key}")[plural][0]["Status"] == "PAID"
    books.call("DELETE", f"/{plural}/{key}/Allocations/{made['AllocationID']}")
    assert books.get(f"/{plural}/{key}")[plural][0]["Status"] == "AUTHORISED"


def test_allocations_that_do_not_fit_are_refused(books: XeroApp) -> None:
    """More than remains or is due, another contact, a draft, a bill, a locked period."""
    key, small = make(books, "CreditNotes"), books.put_invoice(LineItems=[build_line(UnitAmount=10)])
    assert "outstanding" in messages_of(allocate(books, "CreditNotes", key, small, 12))[0]
    big = books.put_invoice(LineItems=[build_line(UnitAmount=1000)])
    assert "remaining credit" in messages_of(allocate(books, "CreditNotes", key, big, 111))[0]
    other = books.put_invoice(Contact={"Name": "Lee Wong"})
    assert "same contact" in messages_of(allocate(books, "CreditNotes", key, other, 1))[0]
    draft = books.put_invoice(Status="DRAFT")
    bill = books.put_invoice(Type="ACCPAY", LineItems=[build_line(AccountCode="429")])
    for invoice in (draft, bill):
        assert "Authorised" in messages_of(allocate(books, "CreditNotes", key, invoice, 1))[0]
    assert "greater than zero" in messages_of(allocate(books, "CreditNotes", key, big, 0))[0]
    assert "could not be found" in messages_of(allocate(books, "CreditNotes", key, {"InvoiceID": key}, 1))[0]
    made = allocate(books, "CreditNotes", key, big, 1).json()["Allocations"][0]
    books.control("POST", f"/organisations/{books.tenant_id}/facts", period_lock_date="2026-11-30")
    assert "lock date" in messages_of(allocate(books, "CreditNotes", key, big, 1))[0]
    path = f"/CreditNotes/{key}/Allocations/{made['AllocationID']}"
    assert "lock date" in books.call("DELETE", path).json()["Message"]


def test_what_is_allocated_can_be_neither_voided_nor_repriced(books: XeroApp) -> None:
    """On both sides of it; the contact of the invoice is fixed too (FACTS 4.2)."""
    invoice, key = books.put_invoice(), make(books, "CreditNotes")
    made = allocate(books, "CreditNotes", key, invoice, 60).json()["Allocations"][0]
    path = f"/CreditNotes/{key}"
    assert "VOIDED cannot be" in messages_of(books.call("POST", path, {"Status": "VOIDED"}))[0]
    assert "VOIDED cannot be" in messages_of(books.post_invoice(invoice, Status="VOIDED"))[0]
    lines = [build_line(UnitAmount=200)]
    assert "cannot be edited" in messages_of(books.call("POST", path, {"LineItems": lines}))[0]
    moved = books.post_invoice(invoice, Contact={"Name": "Lee Wong"})
    assert "cannot be edited" in messages_of(moved)[0]
    books.call("DELETE", f"{path}/Allocations/{made['AllocationID']}")
    assert books.call("POST", path, {"Status": "VOIDED"}).json()["CreditNotes"][0]["RemainingCredit"] == 0.0
    assert "not of valid status" in messages_of(books.call("POST", path, {"Reference": "x"}))[0]


@pytest.mark.parametrize(
    ("plural", "kind", "document"),
    [
        ("CreditNotes", "ARCREDITPAYMENT", "ACCRECCREDIT"),
        ("Overpayments", "AROVERPAYMENTPAYMENT", "AROVERPAYMENT"),
        ("Prepayments", "ARPREPAYMENTPAYMENT", "ARPREPAYMENT"),
    ],
)
def test_a_refund_is_a_payment_of_the_credit(books: XeroApp, plural: str, kind: str, document: str) -> None:
    """Told apart by PaymentType; what it refunds is shown under Invoice; deleting it gives the credit back."""
    key, name = make(books, plural), plural[:-1]
    body = {name: {f"{name}ID": key}, "Account": {"Code": "091"}, "Amount": 10, "Date": "2026-11-22"}
    made = books.call("PUT", "/Payments", body).json()["Payments"][0]
    assert (made["PaymentType"], made["Invoice"]["Type"], made["Invoice"]["InvoiceID"]) == (
        kind,
        document,
        key,
    )
    assert books.get("/Payments")["Payments"][0]["Invoice"]["Type"] == document
    credit = books.get(f"/{plural}/{key}")[plural][0]
    assert (credit["RemainingCredit"], credit["Payments"][0]["Amount"]) == (100.0, 10.0)
    too_much = books.call("PUT", "/Payments", {**body, "Amount": 101})
    assert messages_of(too_much) == ["Payment amount exceeds the amount outstanding on this document"]
    books.call("POST", f"/Payments/{made['PaymentID']}", {"Status": "DELETED"})
    assert books.get(f"/{plural}/{key}")[plural][0]["RemainingCredit"] == 110.0


def test_an_overpayment_is_one_untaxed_line_on_the_debtors_account(books: XeroApp) -> None:
    """Made as a bank transaction that shares its id."""
    made = receive(books, "RECEIVE-OVERPAYMENT", 45.5, Reference="bank 1").json()["BankTransactions"][0]
    [line] = made["LineItems"]
    assert (line["AccountCode"], line["TaxAmount"], made["LineAmountTypes"]) == ("610", 0.0, "NoTax")
    assert made["OverpaymentID"] == made["BankTransactionID"]
    over = books.get("/Overpayments", page=1, where='Reference=="bank 1"')["Overpayments"][0]
    assert (over["Type"], over["Total"], over["Status"]) == ("RECEIVE-OVERPAYMENT", 45.5, "AUTHORISED")
    two = [{"Description": "a", "LineAmount": 1}, {"Description": "b", "LineAmount": 1}]
    assert "exactly one" in messages_of(receive(books, "RECEIVE-OVERPAYMENT", LineItems=two))[0]
    wrong = [{"Description": "a", "LineAmount": 1, "AccountCode": "200"}]
    assert "receivable" in messages_of(receive(books, "RECEIVE-OVERPAYMENT", LineItems=wrong))[0]
    not_bank = receive(books, "RECEIVE-OVERPAYMENT", BankAccount={"Code": "200"})
    assert "BANK" in messages_of(not_bank)[0]


def test_a_prepayment_has_lines_and_tax(books: XeroApp) -> None:
    """Like an invoice's, on an account of the app's choice."""
    lines = [build_line(AccountCode="200")]
    made = receive(books, "RECEIVE-PREPAYMENT", LineItems=lines).json()["BankTransactions"][0]
    assert (made["Total"], made["TotalTax"]) == (110.0, 10.0)
    assert books.get(f"/BankTransactions/{made['BankTransactionID']}")["BankTransactions"][0]["PrepaymentID"]
    assert len(books.get("/BankTransactions", page=1)["BankTransactions"]) == 1
    assert books.get("/Prepayments")["Prepayments"][0]["LineItems"] == []


def test_other_bank_transactions_are_not_built(books: XeroApp) -> None:
    """501, and their scope is asked for first."""
    assert receive(books, "SPEND").status_code == 501
    books.connect(user="another@sandbox.example")
    assert books.call("GET", "/BankTransactions").status_code == 401


def test_events_tell_the_type_and_status_of_a_credit(books: XeroApp, receiver: Receiver) -> None:
    """CREDITNOTE, OVERPAYMENT and PREPAYMENT with data, the invoice beside them (FACTS 3)."""
    invoice = books.person("POST", "/invoices", **build_invoice())
    note = books.person("POST", "/creditnotes", **build_invoice(Type=None, DueDate=None))
    books.person("POST", f"/creditnotes/{note['CreditNoteID']}/allocations", InvoiceID=invoice["InvoiceID"])
    books.person("POST", "/overpayments", Contact={"Name": "Kim Tran"}, Amount=5)
    books.person("POST", "/prepayments", Contact={"Name": "Kim Tran"}, Amount=5)
    events = receiver.wait_for(7)[2:]
    told = [
        (event["eventCategory"], event["eventType"], (event.get("data") or {}).get("Status"))
        for event in events
    ]
    assert told == [
        ("CREDITNOTE", "CREATE", "AUTHORISED"),
        ("CREDITNOTE", "UPDATE", "PAID"),
        ("INVOICE", "UPDATE", None),
        ("OVERPAYMENT", "CREATE", "AUTHORISED"),
        ("PREPAYMENT", "CREATE", "AUTHORISED"),
    ]
    assert events[0]["data"] == {"Type": "ACCRECCREDIT", "Status": "AUTHORISED"}
    assert events[0]["resourceUrl"].endswith(f"/CreditNotes/{note['CreditNoteID']}")
    assert events[4]["data"]["UpdatedDateUTCString"].endswith("Z")


def test_a_person_does_all_of_it(books: XeroApp) -> None:
    """Allocates what fits, takes it back, refunds the rest, voids."""
    books.person("POST", "/invoices", **build_invoice(InvoiceNumber="P-1"))
    over = books.person("POST", "/overpayments", Contact={"Name": "Kim Tran"}, Amount=150)
    path = f"/overpayments/{over['OverpaymentID']}"
    made = books.person("POST", f"{path}/allocations", InvoiceNumber="P-1")
    assert made["Amount"] == 110.0
    assert books.person("POST", f"{path}/refunds")["Amount"] == 40.0
    assert books.person("GET", path)["Status"] == "PAID"
    books.person("DELETE", f"/allocations/{made['AllocationID']}")
    assert books.http.post(f"/control/people/{books.tenant_id}{path}/void").status_code == 400
    note = books.person("POST", "/creditnotes", **build_invoice(Type=None, DueDate=None, Status="DRAFT"))
    key = f"/creditnotes/{note['CreditNoteID']}"
    assert books.person("PATCH", key, Reference="x")["Reference"] == "x"
    assert books.person("POST", f"{key}/void")["Status"] == "DELETED"
