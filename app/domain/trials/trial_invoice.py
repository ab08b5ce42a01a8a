"""The invoice of a test transaction: built by the connection's own settings, and compared with what Xero made of it.

It has a line for each category that is mapped, each with a tax that is mapped, so that a map that Xero does not take
comes to light before a customer's invoice does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from app.domain.connections.settings import ConnectionSettings
from app.domain.crossing.trial_mark import reference_of
from app.domain.record.fields import Fields, Value
from app.domain.record.money import totals
from app.domain.record.sides import Status
from app.domain.xero.line_identities import with_identities
from app.domain.xero.organisation import Organisation
from app.domain.xero.xero_invoice import InvoiceWrite, LineWrite, XeroInvoice, line_members

PRICE = "10.01"
"""Small, and odd enough that a wrong rounding of tax shows."""

DUE_AFTER = timedelta(days=30)
MOST_LINES = 10


@dataclass(frozen=True, slots=True)
class TrialInvoice:
    """What is asked of Xero, and the total that it must come to; None where that cannot be known."""

    write: InvoiceWrite
    total: Decimal | None


def build_trial_invoice(
    test_id: UUID, settings: ConnectionSettings, organisation: Organisation, xero_contact_id: str, on: date
) -> TrialInvoice | None:
    """The invoice; None where no category is mapped to an account that the organisation has."""
    words = settings.vocabulary(organisation)
    if not words.accounts:
        return None
    taxes = sorted(settings.taxes) or ["none"]
    lines = [
        _build_line(
            category,
            words.account_of(category),
            words.tax_type_of(taxes[n % len(taxes)], "tax_exclusive", words.account_of(category)),
            words.tracking,
        )
        for n, category in enumerate(sorted(words.accounts)[:MOST_LINES])
    ]
    header: dict[str, Value] = {
        "status": Status.DRAFT.value,
        "reference": reference_of(test_id),
        "issued_on": on.isoformat(),
        "due_on": (on + DUE_AFTER).isoformat(),
        "currency": organisation.base_currency,
        "amounts_are": "tax_exclusive",
    }
    known = {theme.theme_id for theme in organisation.branding_themes}
    write = InvoiceWrite(
        xero_invoice_id=None,
        header=header,
        lines=tuple(with_identities(LineWrite(None, members), organisation) for members in lines),
        xero_contact_id=xero_contact_id,
        branding_theme_id=settings.branding_theme_id if settings.branding_theme_id in known else None,
    )
    found = totals(_as_fields(header, lines), organisation.rates())
    return TrialInvoice(write, found.total if found else None)


def _build_line(
    category: str, account: str | None, tax_type: str | None, tracking: Fields
) -> dict[str, Value]:
    line: dict[str, Value] = {
        "description": f"Plumbline's test of the category {category}",
        "quantity": "1",
        "unit_price": PRICE,
        "account": account,
        "tax_type": tax_type,
    }
    return line | ({"tracking": dict(tracking)} if tracking else {})


def _as_fields(header: Fields, lines: Sequence[Fields]) -> dict[str, Value]:
    members = {f"lines/{n}/{name}": value for n, line in enumerate(lines) for name, value in line.items()}
    return {**header, **members}


def list_differences(asked: TrialInvoice, invoice: XeroInvoice) -> list[str]:
    """Where Xero holds something else than it was asked for, in words; nothing where all is the same."""
    return [
        f"{name}: asked for {wanted}, Xero has {held}"
        for name, wanted, held in _pair(asked, invoice)
        if wanted != held
    ]


def _pair(asked: TrialInvoice, invoice: XeroInvoice) -> Iterator[tuple[str, Value, Value]]:
    header, lines = asked.write.header, asked.write.lines or ()
    yield "status", header["status"], invoice.canonical_status.value
    yield "reference", header["reference"], invoice.reference
    yield "issued_on", header["issued_on"], invoice.issued_on and invoice.issued_on.isoformat()
    yield "due_on", header["due_on"], invoice.due_on and invoice.due_on.isoformat()
    yield "currency", header["currency"], invoice.currency
    yield "amounts_are", header["amounts_are"], invoice.amounts_are
    yield "contact", asked.write.xero_contact_id, invoice.xero_contact_id
    yield "number of lines", len(lines), len(invoice.lines)
    for n, (line, held) in enumerate(zip(lines, invoice.lines, strict=False)):
        shown = line_members(held)
        for name, wanted in line.members.items():
            yield f"lines.{n}.{name}", wanted, shown.get(name)
    if asked.total is not None:
        yield "total", f"{asked.total:.2f}", f"{invoice.total:.2f}"
