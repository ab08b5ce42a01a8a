"""The gate: what may cross for the first time, every answer of it."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from app.domain.crossing.gate import ImportFromXero, to_partner, to_xero
from app.domain.crossing.trial_mark import contact_number_of, reference_of
from tests.unit.domain.samples import record, xero_invoice

SENT, AUTHORISED, OFF = ImportFromXero
ISSUED_ON = date(2026, 11, 20)
DAY_AFTER = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("changes", "sync_from", "code"),
    [
        ({"status": "draft"}, None, "draft_stays_home"),
        ({"status": "draft", "is_sent": False}, DAY_AFTER, "draft_stays_home"),
        ({"status": "cancelled"}, None, "cancelled_before_sent"),
        ({"is_sent": False}, None, "not_sent_to_customer"),
        ({}, DAY_AFTER, "before_sync_from"),
        ({}, ISSUED_ON, None),
        ({}, None, None),
        ({"issued_on": None}, DAY_AFTER, None),
    ],
)
def test_what_goes_to_xero(changes: dict[str, Any], sync_from: date | None, code: str | None) -> None:
    """Only what was sent to the customer goes, and nothing older than the business chose."""
    stays_home = to_xero(record(changes), sync_from)
    assert (stays_home and stays_home.code) == code


@pytest.mark.parametrize(
    ("differing", "policy", "sync_from", "code"),
    [
        ({"is_receivable": False}, AUTHORISED, None, "not_a_sales_invoice"),
        ({"status": "DRAFT"}, AUTHORISED, None, "not_approved_in_xero"),
        ({"status": "SUBMITTED"}, AUTHORISED, None, "not_approved_in_xero"),
        ({"status": "VOIDED"}, AUTHORISED, None, "not_approved_in_xero"),
        ({"status": "DELETED"}, AUTHORISED, None, "not_approved_in_xero"),
        ({"status": "a new word"}, AUTHORISED, None, "not_approved_in_xero"),
        ({}, OFF, None, "import_off"),
        ({"is_sent": False}, SENT, None, "not_sent_in_xero"),
        ({}, SENT, DAY_AFTER, "before_sync_from"),
        ({}, AUTHORISED, DAY_AFTER, "before_sync_from"),
        ({}, SENT, ISSUED_ON, None),
        ({}, SENT, None, None),
        ({"status": "PAID"}, SENT, None, None),
        ({"is_sent": False}, AUTHORISED, None, None),
        ({"issued_on": None}, SENT, DAY_AFTER, None),
    ],
)
def test_what_comes_from_xero(
    differing: dict[str, Any], policy: ImportFromXero, sync_from: date | None, code: str | None
) -> None:
    """Approved sales invoices come, as the policy says; drafts and bills never do."""
    stays_home = to_partner(xero_invoice(**differing), policy, sync_from)
    assert (stays_home and stays_home.code) == code


def test_the_reason_is_a_sentence_with_the_facts() -> None:
    """A person who asks why an invoice is not there reads which date stopped it."""
    going = to_xero(record(), DAY_AFTER)
    coming = to_partner(xero_invoice(status="SUBMITTED"), SENT, None)
    assert going is not None
    assert going.message == "It was issued on 2026-11-20, before 2026-11-21, where syncing starts."
    assert coming is not None
    assert coming.message == "It is SUBMITTED in Xero; only approved invoices are brought in."


def test_a_draft_goes_only_where_somebody_asked_for_it() -> None:
    """By the call of its own; a wish for a draft opens the gate for nothing else (FEATURES T3, O2)."""
    draft = {"status": "draft", "is_sent": False}
    assert to_xero(record(draft), None, is_draft_wanted=True) is None
    for changes, sync_from, code in (
        (draft, DAY_AFTER, "before_sync_from"),
        ({"is_sent": False}, None, "not_sent_to_customer"),
        ({"status": "cancelled"}, None, "cancelled_before_sent"),
    ):
        stays_home = to_xero(record(changes), sync_from, is_draft_wanted=True)
        assert (stays_home and stays_home.code) == code


def test_a_test_never_reaches_the_partner() -> None:
    """Also where somebody approved its invoice in Xero (FEATURES E8)."""
    marked = replace(xero_invoice(), reference=reference_of(UUID(int=7)))
    stays_home = to_partner(marked, AUTHORISED, None)
    assert stays_home is not None
    assert stays_home.code == "test_transaction"
    assert len(contact_number_of(UUID(int=7))) <= 50
