"""What Xero's refusals mean. The messages are Xero's own, some cut short; the last table's words are ours."""

import json
from pathlib import Path
from typing import Any

import pytest
from urllib3 import HTTPHeaderDict

from app.domain.holds.refusals import CONTACT_NAME_TAKEN, MEANINGS, NUMBER_TAKEN, REFUSED, explain
from app.errors import AuthorisationLost, PlumblineError, ScopeMissing
from app.xero.failures import TokenRejected, map_status

MESSAGES = Path(__file__).parents[5] / "shared" / "xero" / "validation_messages.json"
ARCHIVED = (
    "The contact with the specified contact details has been archived. "
    "The contact must be un-archived before creating new invoices or credit notes"
)
TWIN = "The contact name must be unique across all active contacts."
BETTER_WORDS = {
    "duplicate_number": NUMBER_TAKEN,
    "tax_account_mismatch": "tax_unusable",
    "account_archived": "account_unusable",
    "account_invalid": "account_unusable",
    "currency_not_enabled": "currency_unknown",
    "duplicate_contact_name": CONTACT_NAME_TAKEN,
    "amount_exceeds_due": "payment_exceeds_due",
    "doc_not_authorised": "not_approved",
    "warning": "not_approved",
    "not_found": "missing_in_xero",
}
"""Suggested codes for which the product has a word of its own."""


def read_messages() -> list[dict[str, str]]:
    """Every message on record; the list is not part of this repository."""
    return list(json.loads(MESSAGES.read_text())) if MESSAGES.exists() else []


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Invoice # must be unique.", NUMBER_TAKEN),
        ("Invoice not of valid status for modification", "not_editable"),
        ("This document cannot be edited as it has a payment or credit note allocated to it.", "paid_locked"),
        (
            "The status VOIDED cannot be applied to the invoice because it has payments or credit notes allocated.",
            "void_blocked_by_payment",
        ),
        (
            "The status AUTHORISED cannot be applied to the invoice because it has payment or Credit notes allocated.",
            "paid_locked",
        ),
        (
            "Date cannot be changed on an invoice that has payment or credit notes allocated to it.",
            "paid_locked",
        ),
        ("The document date cannot be before the period lock date, currently set at ...", "locked_period"),
        (
            "The document date cannot be before the end of year lock date, currently set at ...",
            "locked_period",
        ),
        (ARCHIVED, "contact_archived"),
        (f"The contact name Buzz is already assigned to another contact. {TWIN}", CONTACT_NAME_TAKEN),
        (TWIN, CONTACT_NAME_TAKEN),
        ("The Account Number already exists. Please enter a different one", "duplicate_account_number"),
        ("Additional people cannot be added when there is no email address set", "contact_persons"),
        ("The Contact must contain at least 1 of the following: Name, ContactID", "contact_missing"),
        ("You have reached the limit of invoices you can approve", "plan_limit"),
        ("Payment amount exceeds the amount outstanding on this document", "payment_exceeds_due"),
        ("Payments can only be made against Authorised documents", "not_approved"),
        ("Only AUTHORISED invoices may have SentToContact updated.", "not_approved"),
        ("You must specify an Account code or Account ID for the payment.", "payment_account_missing"),
        ("Account code '200' has been archived, or has been deleted.", "account_unusable"),
        ("Account code 'XXXX' is not a valid code for this document", "account_unusable"),
        ("The account code or ID must be specified", "account_missing"),
        ("The TaxType code 'xxx' cannot be used with account code 'xxx'.", "tax_unusable"),
        (
            "This organisation has Construction Industry Scheme enabled. The account code 321 ...",
            "cis_account",
        ),
        ("Organisation is not subscribed to currency EUR", "currency_unknown"),
        ("The tracking option 'North' of 'Region' is archived.", "tracking_unusable"),
        ("Item Code is invalid.", "item_missing"),
        ("Price List Item with Code ''abc'' already exists", "duplicate_item_code"),
        ("Email address must be valid.", "contact_invalid"),
        ("Invoice not of valid type for creation", "bad_type"),
        ("An existing Invoice with the specified InvoiceID could not be found", "missing_in_xero"),
        ("The document with the supplied id was not found for this endpoint.", "missing_in_xero"),
        ("Idempotency Key: abc is used with a different request.", "idempotency_conflict"),
        ("Client credentials scope validation failed", "invalid_scope"),
        ("The document DueDate field must be specified.", "due_date_missing"),
        ("The field Reference must be a string with a maximum length of 255.", "reference_too_long"),
        ("The Description field is required for each line item.", "description_missing"),
        ("The Description field must be a string with a maximum length of 4000.", "description_too_long"),
        ("The document total cannot be less than zero.", "total_below_zero"),
        ("One or more line items must be specified", "lines_missing"),
        ("Something that Xero will say next year", REFUSED),
    ],
)
def test_what_xero_says_means_one_thing(message: str, code: str) -> None:
    """A code for machines, a cure for people, and Xero's words kept."""
    hold = explain([message])
    assert hold.code == code
    assert hold.message.endswith(f"said: {message}")
    assert hold.cure.endswith(".")


def test_capitals_mean_nothing() -> None:
    """Xero has changed the spelling of its messages before."""
    assert explain(["INVOICE # MUST BE UNIQUE"]).code == NUMBER_TAKEN


def test_several_messages_are_kept_together() -> None:
    """The first that is known gives the code; none is dropped."""
    hold = explain(
        ["  Nobody knows this one. ", "", "Invoice # must be unique.", "Email address must be valid."]
    )
    assert hold.code == NUMBER_TAKEN
    assert hold.message.endswith(
        "Nobody knows this one. Invoice # must be unique. Email address must be valid."
    )


@pytest.mark.parametrize("messages", [[], [""]])
def test_a_refusal_without_a_word_is_still_a_refusal(messages: list[str]) -> None:
    """The person reads that there is nothing to read."""
    hold = explain(messages)
    assert (hold.code, hold.message) == (REFUSED, "Xero refused it and said: no reason was given")


def test_every_row_says_what_happened_and_what_to_do() -> None:
    """Sentences for people end as sentences do, and no row hides behind the code of the unknown."""
    for meaning in MEANINGS:
        assert meaning.sentence.endswith(".")
        assert meaning.cure.endswith(".")
        assert meaning.code != REFUSED


def test_all_messages_on_record_are_known() -> None:
    """Each of Xero's known messages has a code of its own kind, the suggested one or the product's better word."""
    if not MESSAGES.exists():
        pytest.skip(f"{MESSAGES} is not here")
    known = [entry for entry in read_messages() if entry["entity"] != "auth"]
    assert len(known) + 3 == len(read_messages()) == 36
    for entry in known:
        hold, suggested = explain([entry["message"]]), entry["suggested_code"]
        assert hold.code == BETTER_WORDS.get(suggested, suggested), entry["message"]
        assert hold.code != REFUSED
        assert entry["message"] in hold.message


def test_what_concerns_the_consent_comes_by_its_status() -> None:
    """The messages about tokens never get to the table: their HTTP status says what they are (FACTS 1)."""
    if not MESSAGES.exists():
        pytest.skip(f"{MESSAGES} is not here")
    errors: dict[str, tuple[int, type[PlumblineError]]] = {
        "token_expired": (401, TokenRejected),
        "not_connected": (403, AuthorisationLost),
        "missing_scope": (401, ScopeMissing),
    }
    about_consent: list[dict[str, Any]] = [entry for entry in read_messages() if entry["entity"] == "auth"]
    assert len(about_consent) == len(errors)
    for entry in about_consent:
        status, error = errors[entry["suggested_code"].split(" ")[0]]
        body = json.dumps({"Title": "Refused", "Status": status, "Detail": entry["message"]}).encode()
        assert type(map_status(status, HTTPHeaderDict(), body, is_write=True)) is error
