"""A date is a date: read or written by a process in any time zone, it is the same day (FACTS 4.5, 6).

Each zone has a process of its own, because a zone is a matter of the whole process.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CODE = """
import json
from datetime import date
from decimal import Decimal

from app.domain.xero.xero_invoice import InvoiceWrite, PaymentWrite
from app.xero.from_xero import invoice_from_xero, payment_from_xero
from app.xero.json_values import read_date, read_instant
from app.xero.to_xero import invoices_to_xero, payments_to_xero

FORMS = [
    "/Date(1796083200000)/", "/Date(1796083200000+0000)/", "2026-12-01T00:00:00", "2026-12-01", "2026-12-01T00:00:00Z",
]
seen = [read_date({"D": form}, "D").isoformat() for form in FORMS]
stamp = "/Date(1796083200123+0000)/"
invoice = invoice_from_xero({"Date": FORMS[0], "DueDateString": FORMS[2], "UpdatedDateUTC": stamp})
seen += [invoice.issued_on.isoformat(), invoice.due_on.isoformat(), invoice.updated_at.isoformat()]
seen += [read_instant({"D": "2026-12-01T00:00:00.123"}, "D").isoformat()]
seen += [payment_from_xero({"Date": FORMS[1]}).paid_on.isoformat()]
write = InvoiceWrite("i", {"issued_on": "2026-12-01", "due_on": "2026-12-31"}, None)
[sent] = invoices_to_xero([write])["Invoices"]
seen += [sent["Date"], sent["DueDate"]]
[paid] = payments_to_xero([PaymentWrite("i", "a", Decimal(1), date(2026, 12, 1), "r")])["Payments"]
print(json.dumps([*seen, paid["Date"]]))
"""
EXPECTED = [
    *["2026-12-01"] * 7, "2026-12-01T00:00:00.123000+00:00", "2026-12-01T00:00:00.123000+00:00", "2026-12-01",
    "2026-12-01", "2026-12-31", "2026-12-01",
]  # fmt: skip


@pytest.mark.parametrize("zone", ["UTC", "Australia/Sydney", "Pacific/Auckland", "America/Los_Angeles"])
def test_no_day_shifts(zone: str) -> None:
    """Every form that Xero writes, and every date that we write; an instant without a zone is UTC wherever we are."""
    shown = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=ROOT,
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(shown.stdout) == EXPECTED
