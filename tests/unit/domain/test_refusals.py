"""What Xero's refusals mean. The messages are Xero's own, some cut short."""

import json
from pathlib import Path

import pytest

from app.domain.refusals import CONTACT_NAME_TAKEN, NUMBER_TAKEN, explain

MESSAGES = Path(__file__).parents[4] / "shared" / "xero" / "validation_messages.json"
ARCHIVED = (
    "The contact with the specified contact details has been archived. "
    "The contact must be un-archived before creating new invoices or credit notes"
)
TWIN = "The contact name must be unique across all active contacts."


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Invoice # must be unique.", NUMBER_TAKEN),
        ("Invoice not of valid status for modification", "not_editable"),
        ("This document cannot be edited as it has a payment or credit note allocated to it.", "paid_locked"),
        (
            "The status VOIDED cannot be applied to the invoice because it has payments or credit notes allocated.",
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
        ("You have reached the limit of invoices you can approve", "plan_limit"),
        ("Payment amount exceeds the amount outstanding on this document", "payment_exceeds_due"),
        ("Payments can only be made against Authorised documents", "payment_exceeds_due"),
        ("Account code '200' has been archived, or has been deleted.", "account_unusable"),
        ("Account code 'XXXX' is not a valid code for this document", "account_unusable"),
        ("The TaxType code 'xxx' cannot be used with account code 'xxx'.", "tax_unusable"),
        ("Organisation is not subscribed to currency EUR", "currency_unknown"),
        ("Item Code is invalid.", "refused_by_xero"),
        ("Email address must be valid.", "refused_by_xero"),
        ("Something that Xero will say next year", "refused_by_xero"),
    ],
)
def test_what_xero_says_means_one_thing(message: str, code: str) -> None:
    """A code for machines, a cure for people, and Xero's words kept."""
    hold = explain([message])
    assert hold.code == code
    assert hold.message == f"Xero refused it: {message}"
    assert hold.cure.endswith(".")


def test_capitals_mean_nothing() -> None:
    """Xero has changed the spelling of its messages before."""
    assert explain(["INVOICE # MUST BE UNIQUE"]).code == NUMBER_TAKEN


def test_several_messages_are_kept_together() -> None:
    """The one that is known gives the code; none is dropped."""
    hold = explain(["  Email address must be valid. ", "", "Invoice # must be unique."])
    assert hold.code == NUMBER_TAKEN
    assert hold.message == "Xero refused it: Email address must be valid. Invoice # must be unique."


@pytest.mark.parametrize("messages", [[], [""]])
def test_a_refusal_without_a_word_is_still_a_refusal(messages: list[str]) -> None:
    """The person reads that there is nothing to read."""
    hold = explain(messages)
    assert (hold.code, hold.message) == ("refused_by_xero", "Xero refused it: no reason was given")


def test_every_message_on_record_is_explained() -> None:
    """Each known message gives a hold that keeps its words; the list is not part of this repository."""
    if not MESSAGES.exists():
        pytest.skip(f"{MESSAGES} is not here")
    for entry in json.loads(MESSAGES.read_text()):
        assert entry["message"] in explain([entry["message"]]).message
