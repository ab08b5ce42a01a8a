"""Credit notes, overpayments and prepayments through Xero's own SDK, unmodified: it must read every answer."""

from datetime import date
from decimal import Decimal

from xero_python.accounting import (
    Account,
    Allocation,
    Allocations,
    BankTransaction,
    BankTransactions,
    Contact,
    CreditNote,
    CreditNotes,
    Invoice,
    LineItem,
    Overpayment,
    Payment,
    Payments,
)

from tests.sandbox.xero.sdk import Sdk


def test_the_sdk_writes_and_reads_credit_notes(wide_sdk: Sdk) -> None:
    """Create, upsert, update, lists, allocation and its deletion, refund."""
    invoice = wide_sdk.app.put_invoice()
    line = LineItem(description="Back", quantity=1, unit_amount=Decimal(50), account_code="200")
    wish = CreditNote(
        type="ACCRECCREDIT",
        status="AUTHORISED",
        contact=Contact(name="Kim Tran"),
        date=date(2026, 11, 20),
        line_items=[line],
    )
    [made] = wide_sdk.create_credit_notes(
        credit_notes=CreditNotes(credit_notes=[wish]), summarize_errors=False, unitdp=4
    ).credit_notes
    assert (made.remaining_credit, made.status) == (Decimal(55), "AUTHORISED")
    change = CreditNotes(credit_notes=[CreditNote(reference="R")])
    assert wide_sdk.update_credit_note(made.credit_note_id, change).credit_notes[0].reference == "R"
    upsert = CreditNotes(credit_notes=[CreditNote(credit_note_id=made.credit_note_id, reference="S")])
    assert wide_sdk.update_or_create_credit_notes(upsert).credit_notes[0].reference == "S"
    allocation = Allocation(
        invoice=Invoice(invoice_id=invoice["InvoiceID"]), amount=Decimal(20), date=date(2026, 11, 21)
    )
    [applied] = wide_sdk.create_credit_note_allocation(
        made.credit_note_id, allocations=Allocations(allocations=[allocation])
    ).allocations
    assert applied.amount == Decimal(20)
    assert wide_sdk.get_invoice(invoice["InvoiceID"]).invoices[0].credit_notes[0].applied_amount == Decimal(
        20
    )
    assert wide_sdk.get_credit_notes(page=1, page_size=5).credit_notes[0].allocations[0].amount == Decimal(20)
    gone = wide_sdk.delete_credit_note_allocations(made.credit_note_id, applied.allocation_id)
    assert gone.is_deleted is True
    refund = Payment(
        credit_note=CreditNote(credit_note_id=made.credit_note_id),
        account=Account(code="091"),
        amount=Decimal(5),
        date=date(2026, 11, 22),
    )
    [paid] = wide_sdk.create_payments(payments=Payments(payments=[refund])).payments
    assert paid.payment_type == "ARCREDITPAYMENT"
    assert wide_sdk.get_credit_note(made.credit_note_id).credit_notes[0].payments[0].amount == Decimal(5)
    assert len(wide_sdk.get_payments().payments) == 1


def test_the_sdk_writes_and_reads_overpayments_and_prepayments(wide_sdk: Sdk) -> None:
    """Bank transactions, both lists, reads, allocations and their deletion."""
    invoice = wide_sdk.app.put_invoice()
    bank = Account(account_id=wide_sdk.app.bank_account())
    line = LineItem(description="Deposit", quantity=1, unit_amount=Decimal(50), account_code="270")
    over = BankTransaction(
        type="RECEIVE-OVERPAYMENT",
        contact=Contact(name="Kim Tran"),
        bank_account=bank,
        date=date(2026, 11, 20),
        line_items=[LineItem(description="Too much", line_amount=Decimal(30))],
    )
    pre = BankTransaction(
        type="RECEIVE-PREPAYMENT",
        contact=Contact(name="Kim Tran"),
        bank_account=bank,
        date=date(2026, 11, 20),
        line_items=[line],
    )
    sent = BankTransactions(bank_transactions=[over, pre])
    made = wide_sdk.create_bank_transactions(bank_transactions=sent, summarize_errors=False).bank_transactions
    over_id, pre_id = made[0].overpayment_id, made[1].prepayment_id
    part = Allocation(
        invoice=Invoice(invoice_id=invoice["InvoiceID"]), amount=Decimal(10), date=date(2026, 11, 21)
    )
    body = Allocations(allocations=[part])
    [first] = wide_sdk.create_overpayment_allocations(over_id, allocations=body).allocations
    [second] = wide_sdk.create_prepayment_allocations(pre_id, allocations=body).allocations
    [seen] = wide_sdk.get_invoice(invoice["InvoiceID"]).invoices
    assert (len(seen.overpayments), len(seen.prepayments), seen.amount_credited) == (1, 1, Decimal(20))
    assert wide_sdk.get_overpayments(page=1).overpayments[0].remaining_credit == Decimal(20)
    assert wide_sdk.get_overpayment(over_id).overpayments[0].allocations[0].amount == Decimal(10)
    assert wide_sdk.get_prepayments(page=1).prepayments[0].prepayment_id == pre_id
    assert wide_sdk.get_prepayment(pre_id).prepayments[0].type == "RECEIVE-PREPAYMENT"
    assert wide_sdk.delete_overpayment_allocations(over_id, first.allocation_id).is_deleted is True
    assert wide_sdk.delete_prepayment_allocations(pre_id, second.allocation_id).is_deleted is True
    assert len(wide_sdk.get_bank_transactions(page=1).bank_transactions) == 2
    assert wide_sdk.get_bank_transaction(over_id).bank_transactions[0].overpayment_id == over_id
    refund = Payment(
        overpayment=Overpayment(overpayment_id=over_id),
        account=bank,
        amount=Decimal(1),
        date=date(2026, 11, 22),
    )
    assert wide_sdk.create_payment(payment=refund).payments[0].payment_type == "AROVERPAYMENTPAYMENT"
