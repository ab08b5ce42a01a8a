"""Plumbline's changes at the app's webhook address: applied once, or refused with the document."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from app.sandbox.partner.server import SandboxPartner
from tests.sandbox.partner.conftest import SECRET_IN, SECRET_OUT, Deliver, Listener, post_signed

REFERENCE = ("reference", None, "PO 1178")


@pytest.fixture(autouse=True)
def invoice(control: httpx.Client) -> None:
    """One invoice, sent, in version 1."""
    control.post("/invoices", json={"id": "inv_1", "status": "sent"})


def show(control: httpx.Client) -> dict[str, Any]:
    """The document as it stands."""
    document: dict[str, Any] = control.get("/invoices/inv_1").json()
    return document


def outcomes(control: httpx.Client) -> list[str]:
    """What came of each delivery so far."""
    return [entry["outcome"] for entry in control.get("/log").json()["received"]]


def test_a_change_is_applied_and_answered_with_both_versions(control: httpx.Client, deliver: Deliver) -> None:
    """The answer tells which version the change replaced, so that an unseen edit is noticed."""
    answer = deliver("inv_1", 13, REFERENCE, ("lines/l1/unit_price", "1890", "1900.00"))
    assert (answer.status_code, answer.json()) == (200, {"version": 2, "replaced_version": 1})
    document = show(control)
    assert (document["reference"], document["total"]) == ("PO 1178", "1900.00")
    assert (document["version"], document["based_on"]) == (2, 13)


def test_a_change_that_came_before_is_answered_as_it_was_and_applied_once(
    control: httpx.Client, deliver: Deliver
) -> None:
    """Even when a person edited meanwhile: today's version would claim that Plumbline knows that edit."""
    first = deliver("inv_1", 13, REFERENCE)
    control.patch("/invoices/inv_1", json={"reference": "PO 9", "send": False})
    assert deliver("inv_1", 13, REFERENCE).json() == first.json()
    assert deliver("inv_1", 12, ("reference", None, "PO 1100")).json() == first.json()
    assert (show(control)["reference"], show(control)["version"]) == ("PO 9", 3)
    assert outcomes(control) == ["applied", "already_applied", "already_applied"]


def test_a_change_over_a_persons_edit_is_refused_whole_with_the_document(
    control: httpx.Client, deliver: Deliver
) -> None:
    """One field that moved forbids the others too."""
    control.patch("/invoices/inv_1", json={"reference": "PO 9", "send": False})
    answer = deliver("inv_1", 13, ("status", "sent", "paid"), REFERENCE)
    assert answer.status_code == 409
    assert answer.json() == {"document": show(control)}
    assert (show(control)["status"], show(control)["based_on"]) == ("sent", None)


def test_an_edit_that_lands_just_before_a_change_is_applied_makes_the_app_refuse(
    control: httpx.Client, deliver: Deliver
) -> None:
    """The race of the protocol, made to happen once; the edit's own document leaves as usual."""
    edit = {"invoice_id": "inv_1", "changes": {"reference": "PO 9"}, "send": False}
    control.put("/faults", json={"edit_before_applying": edit})
    refused = deliver("inv_1", 13, REFERENCE)
    assert refused.status_code == 409
    assert (refused.json()["document"]["reference"], refused.json()["document"]["version"]) == ("PO 9", 2)
    assert deliver("inv_1", 14, ("reference", "PO 9", "PO 1178")).status_code == 200


def test_an_edit_of_another_field_just_before_does_not_stand_in_the_way(
    control: httpx.Client, deliver: Deliver
) -> None:
    """Both edits survive, and the answer shows that a version was made which Plumbline has not seen."""
    edit = {"invoice_id": "inv_1", "changes": {"due_on": "2077-01-01"}, "send": False}
    control.put("/faults", json={"edit_before_applying": edit})
    assert deliver("inv_1", 13, REFERENCE).json() == {"version": 3, "replaced_version": 2}
    assert (show(control)["reference"], show(control)["due_on"]) == ("PO 1178", "2077-01-01")


def test_an_invoice_born_in_xero_is_kept_under_plumblines_id(control: httpx.Client, deliver: Deliver) -> None:
    """The first change of an unknown invoice brings the whole of it."""
    control.post("/invoices", json={"id": "model", "send": False})
    whole = {
        key: value
        for key, value in control.get("/invoices/model").json().items()
        if key not in ("id", "version", "based_on")
    }
    fields = [(path, None, value) for path, value in whole.items() if path in ("status", "reference")]
    answer = deliver("xero-5f", 1, *fields, invoice={"id": "xero-5f", **whole})
    assert (answer.status_code, answer.json()) == (200, {"version": 1, "replaced_version": 0})
    born = control.get("/invoices/xero-5f").json()
    assert (born["based_on"], born["lines"]) == (1, whole["lines"])
    assert deliver("xero-5f", 1, *fields, invoice=whole).json() == answer.json()


def test_a_line_from_xero_may_be_a_mere_description(control: httpx.Client, deliver: Deliver) -> None:
    """It has neither quantity nor price, and adds nothing to the total."""
    line = {
        "id": "xero-1",
        "description": "Thank you",
        "quantity": None,
        "unit_price": None,
        "category": None,
    }
    order = ("line_order", ["l1"], ["l1", "xero-1"])
    answer = deliver("inv_1", 13, ("lines/xero-1", None, {**line, "discount_rate": None, "tax": None}), order)
    assert answer.status_code == 200
    assert (show(control)["total"], len(show(control)["lines"])) == ("1890.00", 2)


def test_a_change_to_an_invoice_that_the_app_lost_is_not_taken(deliver: Deliver) -> None:
    """A `before` that is not null says that the app should have it; 2xx would hide that it has not."""
    assert deliver("inv_lost", 7, ("reference", "PO 1", "PO 2"), invoice={}).status_code == 404


@pytest.mark.parametrize("secret", [SECRET_OUT, "whsec_AAAA"])
def test_a_delivery_with_another_signature_is_turned_away(
    partner: SandboxPartner, control: httpx.Client, secret: str
) -> None:
    """Only Plumbline's own secret counts, not the one with which the app signs."""
    assert post_signed(partner.webhook_url, {"type": "invoice.changed"}, secret).status_code == 401
    assert outcomes(control) == ["bad_signature"]


def test_a_delivery_that_is_too_old_is_turned_away(partner: SandboxPartner, control: httpx.Client) -> None:
    """A recorded delivery cannot be played back later."""
    then = datetime.now(UTC) - timedelta(minutes=6)
    signature = Webhook(SECRET_IN).sign("msg_1", then, "{}")
    stamp = str(int(then.timestamp()))
    headers = {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature}
    assert httpx.post(partner.webhook_url, content="{}", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "message",
    [
        [],
        {},
        {"type": "invoice.changed"},
        {"type": "invoice.changed", "data": {"invoice_id": "inv_1"}},
        {
            "type": "invoice.changed",
            "data": {
                "invoice_id": "inv_1",
                "revision": 2,
                "fields": [{"path": "colour", "before": None, "after": 1}],
            },
        },
    ],
)
def test_a_message_that_makes_no_sense_is_never_answered_as_applied(
    partner: SandboxPartner, control: httpx.Client, message: Any
) -> None:
    """Plumbline hears what is wrong with it, and the document stays."""
    answer = post_signed(partner.webhook_url, message)
    assert answer.status_code == 422
    assert outcomes(control) == ["malformed"]
    assert show(control)["version"] == 1


def test_a_message_of_another_type_is_taken_and_ignored(partner: SandboxPartner) -> None:
    """New types may come without breaking an old app."""
    assert post_signed(partner.webhook_url, {"type": "invoice.viewed"}).status_code == 204


def test_a_refusal_by_fault_leaves_the_document_alone(control: httpx.Client, deliver: Deliver) -> None:
    """Plumbline has to try again."""
    control.put("/faults", json={"refuse_incoming_next": 1})
    assert deliver("inv_1", 13, REFERENCE).status_code == 500
    assert show(control)["version"] == 1
    assert deliver("inv_1", 13, REFERENCE).status_code == 200


def test_a_lost_answer_hides_a_change_that_was_applied(control: httpx.Client, deliver: Deliver) -> None:
    """The repeat is answered as the first one should have been."""
    control.put("/faults", json={"lose_answer_next": 1})
    assert deliver("inv_1", 13, REFERENCE).status_code == 500
    assert show(control)["reference"] == "PO 1178"
    assert deliver("inv_1", 13, REFERENCE).json() == {"version": 2, "replaced_version": 1}


def test_an_applied_change_is_not_sent_back(
    control: httpx.Client, deliver: Deliver, plumbline: Listener
) -> None:
    """The answer has said it; a document would be an echo. The next edit says what it was based on."""
    deliver("inv_1", 13, REFERENCE)
    assert [document["version"] for document in plumbline.documents] == [1]
    control.patch("/invoices/inv_1", json={"due_on": "2077-01-01"})
    assert (plumbline.documents[-1]["version"], plumbline.documents[-1]["based_on"]) == (3, 13)
