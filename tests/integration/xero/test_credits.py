"""Credits, asked of the sandbox over HTTP as the reconcile asks."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from app.domain.record.credit import AppliedCredit, CreditKind
from app.domain.xero.xero_credit import CreditLine, CreditWrite, XeroCredit
from app.domain.xero.xero_invoice import Refused, XeroInvoice
from app.xero.organisation import XeroSdkOrganisation
from tests.integration.xero.conftest import Xero
from tests.integration.xero.writes import LONG_AGO, make_invoice

DAY = date(2026, 11, 21)


def note(invoice: XeroInvoice, amount: str = "110.00", mark: str = "pl-1") -> CreditWrite:
    """A credit note of two lines, not made yet."""
    half = Decimal(amount) / 2
    lines = (CreditLine("Late", half, "200", "OUTPUT"), CreditLine("Late", half, "200", "EXEMPTOUTPUT"))
    return CreditWrite(
        CreditKind.CREDIT_NOTE, invoice.xero_contact_id, DAY, "AUD", "tax_inclusive", lines, mark
    )


async def receipt(xero: Xero, invoice: XeroInvoice, kind: CreditKind, mark: str = "pl-1") -> CreditWrite:
    """A prepayment or an overpayment of 110.00, not made yet."""
    accounts = (await xero.act("GET", "/accounts"))["Accounts"]
    bank = next(account["AccountID"] for account in accounts if account["Type"] == "BANK")
    coded = ("200", "OUTPUT") if kind is CreditKind.PREPAYMENT else (None, None)
    line = CreditLine("Deposit", Decimal("110.00"), *coded)
    return replace(note(invoice, mark=mark), kind=kind, lines=(line,), xero_account_id=bank)


async def make(organisation: XeroSdkOrganisation, write: CreditWrite) -> XeroCredit:
    """The credit that Xero made."""
    (made,) = await organisation.credits.create([write], write.reference)
    assert isinstance(made, XeroCredit)
    return made


async def test_a_credit_note_is_made_allocated_taken_back_and_voided(
    organisation: XeroSdkOrganisation,
) -> None:
    """Each step is seen on the credit and on the invoice; what is gone can be taken back again."""
    invoice = await make_invoice(organisation)
    made = await make(organisation, note(invoice))
    assert (made.total, made.remaining, made.carries("pl-1")) == (Decimal(110), Decimal(110), True)
    refused = await organisation.credits.allocate(
        CreditKind.CREDIT_NOTE, made.xero_credit_id, invoice.xero_invoice_id, Decimal(110), DAY, "k"
    )
    assert refused is None
    (credited,) = await organisation.invoices.fetch([invoice.xero_invoice_id])
    assert credited.credits == (
        AppliedCredit(made.xero_credit_id, CreditKind.CREDIT_NOTE, Decimal(110), DAY, made.number),
    )
    assert credited.amount_due == credited.total - 110
    held = await organisation.credits.find(CreditKind.CREDIT_NOTE, made.xero_credit_id)
    assert held is not None
    assert held.remaining == 0
    [allocation] = held.allocated_to(invoice.xero_invoice_id)
    named = allocation.xero_allocation_id or ""
    assert isinstance(await organisation.credits.void(made.xero_credit_id), Refused)
    for _ in range(2):
        gone = await organisation.credits.remove_allocation(
            CreditKind.CREDIT_NOTE, made.xero_credit_id, named
        )
        assert gone is None
    (uncredited,) = await organisation.invoices.fetch([invoice.xero_invoice_id])
    assert uncredited.credits == ()
    assert await organisation.credits.void(made.xero_credit_id) is None
    voided = await organisation.credits.find(CreditKind.CREDIT_NOTE, made.xero_credit_id)
    assert voided is not None
    assert not voided.is_approved


async def test_a_deposit_and_an_overpayment_are_receipts_at_the_bank(
    xero: Xero, organisation: XeroSdkOrganisation
) -> None:
    """Made in one call with each other, found by their marks, allocated like a note, and not to be voided."""
    invoice = await make_invoice(organisation)
    kinds = (CreditKind.PREPAYMENT, CreditKind.OVERPAYMENT)
    writes = [await receipt(xero, invoice, kind, f"pl-{kind}") for kind in kinds]
    before = len(await xero.calls())
    answers = await organisation.credits.create(writes, "k")
    assert len(await xero.calls()) == before + 1
    for kind, made in zip(kinds, answers, strict=True):
        assert isinstance(made, XeroCredit)
        assert (made.kind, made.total) == (kind, Decimal(110))
        [found] = await organisation.credits.fetch_modified_since(kind, LONG_AGO)
        assert (found.xero_credit_id, found.carries(f"pl-{kind}")) == (made.xero_credit_id, True)
        refused = await organisation.credits.allocate(
            kind, made.xero_credit_id, invoice.xero_invoice_id, Decimal(40), DAY, f"a-{kind}"
        )
        assert refused is None
    (credited,) = await organisation.invoices.fetch([invoice.xero_invoice_id])
    assert [(credit.kind, credit.amount) for credit in credited.credits or ()] == [
        (CreditKind.PREPAYMENT, Decimal(40)),
        (CreditKind.OVERPAYMENT, Decimal(40)),
    ]


async def test_a_credit_is_never_allocated_twice(organisation: XeroSdkOrganisation) -> None:
    """Xero itself refuses more than remains of it: what makes a repeated call harmless."""
    invoice = await make_invoice(organisation)
    made = await make(organisation, note(invoice))
    asked = (CreditKind.CREDIT_NOTE, made.xero_credit_id, invoice.xero_invoice_id, Decimal(110), DAY)
    assert await organisation.credits.allocate(*asked, "k1") is None
    assert isinstance(await organisation.credits.allocate(*asked, "k2"), Refused)
    (credited,) = await organisation.invoices.fetch([invoice.xero_invoice_id])
    assert credited.amount_credited == 110


async def test_one_bad_credit_does_not_stop_the_others(organisation: XeroSdkOrganisation) -> None:
    """Answers come in the order of the writes, whatever calls they took."""
    invoice = await make_invoice(organisation)
    bad = replace(note(invoice, mark="pl-2"), lines=(CreditLine("Late", Decimal(10), "999", "OUTPUT"),))
    answers = await organisation.credits.create([note(invoice), bad, note(invoice, "20", "pl-3")], "k")
    assert [isinstance(answer, Refused) for answer in answers] == [False, True, False]


async def test_a_credit_that_nobody_made_is_not_found(organisation: XeroSdkOrganisation) -> None:
    """Reading it finds nothing, using it is refused, and taking it back finds what was wanted."""
    nobody, invoice = "00000000-0000-0000-0000-000000000009", await make_invoice(organisation)
    for kind in CreditKind:
        assert await organisation.credits.find(kind, nobody) is None
        refused = await organisation.credits.allocate(
            kind, nobody, invoice.xero_invoice_id, Decimal(1), DAY, "k"
        )
        assert isinstance(refused, Refused)
        assert await organisation.credits.remove_allocation(kind, nobody, nobody) is None


async def test_a_note_is_found_by_its_number_though_it_is_voided(organisation: XeroSdkOrganisation) -> None:
    """Not another one, and none by a number that Xero cannot be asked for."""
    invoice = await make_invoice(organisation)
    made = await make(organisation, replace(note(invoice), number="CR-7"))
    await make(organisation, note(invoice, mark="pl-2"))
    found = await organisation.credits.find_note("CR-7")
    assert found is not None
    assert found.xero_credit_id == made.xero_credit_id
    assert await organisation.credits.find_note('CR-"7') is None
    assert found.is_approved
    assert await organisation.credits.void(made.xero_credit_id) is None
    voided = await organisation.credits.find_note("CR-7")
    assert voided is not None
    assert (voided.xero_credit_id, voided.is_approved) == (made.xero_credit_id, False)
    assert await organisation.credits.find_note("CR-8") is None
