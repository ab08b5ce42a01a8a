"""Documents on their way to Plumbline: the two ways, the faults, the manifest, many at once."""

import httpx
import pytest
from standardwebhooks import Webhook

from app.sandbox.partner.server import SandboxPartner
from tests.sandbox.partner.conftest import SECRET_OUT, Listener


def versions(plumbline: Listener) -> list[int]:
    """The versions that came, in order."""
    return [document["version"] for document in plumbline.documents]


def test_a_document_is_put_whole_to_its_own_address(control: httpx.Client, plumbline: Listener) -> None:
    """The api key goes with it; the caller sees what Plumbline answered."""
    answer = control.post("/invoices", json={"id": "inv_1"}).json()
    assert plumbline.paths == ["/v1/connections/con_1/invoices/inv_1"]
    assert plumbline.documents == [answer["document"]]
    assert plumbline.headers[0]["authorization"] == "Bearer pk_test"
    [sent] = answer["sent"]
    assert (sent["how"], sent["outcome"], sent["status"]) == ("put", "accepted", 200)
    assert sent["answer"] == {"state": "behind"}


def test_a_document_may_go_as_a_signed_webhook(
    control: httpx.Client, plumbline: Listener, address: dict[str, str]
) -> None:
    """Signed with the app's own secret, under the partner's id."""
    control.put("/plumbline", json={**address, "send": "webhook"})
    document = control.post("/invoices", json={"id": "inv_1"}).json()["document"]
    assert plumbline.paths == ["/webhooks/partner/par_1"]
    message = Webhook(SECRET_OUT).verify(plumbline.bodies[0], plumbline.headers[0])
    assert message["type"] == "invoice.changed"
    assert message["data"] == {"connection_id": "con_1", "document": document}


@pytest.mark.parametrize(
    ("status", "outcome"), [(201, "accepted"), (409, "stale"), (422, "rejected"), (500, "rejected")]
)
def test_what_plumbline_answers_is_noted(
    control: httpx.Client, plumbline: Listener, status: int, outcome: str
) -> None:
    """A stale document is no failure of the app."""
    plumbline.status = status
    [sent] = control.post("/invoices", json={}).json()["sent"]
    assert (sent["status"], sent["outcome"]) == (status, outcome)


def test_an_unreachable_plumbline_costs_nothing_but_the_delivery(
    control: httpx.Client, address: dict[str, str]
) -> None:
    """The person's edit stands; the manifest finds it later."""
    control.put("/plumbline", json={**address, "url": "http://127.0.0.1:9"})
    answer = control.post("/invoices", json={"id": "inv_1"})
    assert (answer.status_code, answer.json()["sent"][0]["outcome"]) == (201, "failed")


def test_an_app_that_knows_no_plumbline_keeps_its_invoices_at_home(partner: SandboxPartner) -> None:
    """Nothing is lost, and nothing is claimed to be sent."""
    answer = httpx.post(f"{partner.control_url}/invoices", json={}, trust_env=False)
    assert answer.json()["sent"][0]["outcome"] == "not_connected"


def test_a_lost_document_is_found_by_the_manifest(control: httpx.Client, plumbline: Listener) -> None:
    """The manifest names every invoice and its version; what Plumbline asks for is put."""
    control.post("/invoices", json={"id": "inv_1"})
    control.put("/faults", json={"lose_outgoing_next": 1})
    control.patch("/invoices/inv_1", json={"reference": "PO 1"})
    assert versions(plumbline) == [1]
    plumbline.asked = ["inv_1"]
    answer = control.post("/manifest").json()
    entry = {"id": "inv_1", "version": 2, "total": "1890.00", "currency": "AUD"}
    assert plumbline.manifests == [{"invoices": [entry]}]
    assert versions(plumbline) == [1, 2]
    assert [entry["outcome"] for entry in answer["sent"]] == ["accepted"]


def test_a_doubled_document_comes_twice_under_one_webhook_id(
    control: httpx.Client, plumbline: Listener, address: dict[str, str]
) -> None:
    """A repeat is recognisable as one."""
    control.put("/plumbline", json={**address, "send": "webhook"})
    control.put("/faults", json={"double_outgoing_next": 1})
    assert len(control.post("/invoices", json={}).json()["sent"]) == 2
    assert versions(plumbline) == [1, 1]
    assert len({headers["webhook-id"] for headers in plumbline.headers}) == 1


def test_held_documents_leave_in_another_order_when_flushed(
    control: httpx.Client, plumbline: Listener
) -> None:
    """With shuffle on, the order surely differs from the one in which they were written."""
    control.put("/faults", json={"hold_outgoing": True, "shuffle": True})
    control.post("/invoices", json={"id": "inv_1"})
    control.patch("/invoices/inv_1", json={"reference": "PO 1"})
    assert versions(plumbline) == []
    control.put("/faults", json={"hold_outgoing": False})
    control.post("/flush")
    assert versions(plumbline) == [2, 1]
    assert control.post("/flush").json() == {"sent": []}


def test_an_old_version_can_be_sent_again(control: httpx.Client, plumbline: Listener) -> None:
    """Exactly as it was written then."""
    control.post("/invoices", json={"id": "inv_1"})
    control.patch("/invoices/inv_1", json={"reference": "PO 1"})
    control.post("/invoices/inv_1/resend", json={"times": 2, "version": 1})
    assert versions(plumbline) == [1, 2, 1, 1]
    assert plumbline.documents[0] == plumbline.documents[2]
    assert control.post("/invoices/inv_1/resend", json={"version": 9}).status_code == 404


def test_payments_that_are_not_said_are_left_out(control: httpx.Client, plumbline: Listener) -> None:
    """An app that keeps no payments says nothing of them."""
    control.post("/invoices", json={"payments": None})
    assert "payments" not in plumbline.documents[0]


def test_many_invoices_go_at_once(control: httpx.Client, plumbline: Listener) -> None:
    """Each once, spread over the customers, with what came of them counted."""
    said = {"count": 40, "customers": 8, "prefix": "load"}
    answer = control.post("/invoices/bulk", json=said).json()
    assert answer["outcomes"] == {"accepted": 40}
    assert {document["id"] for document in plumbline.documents} == set(answer["invoice_ids"])
    assert len({document["contact"]["id"] for document in plumbline.documents}) == 8
    assert {document["status"] for document in plumbline.documents} == {"sent"}


def test_the_log_tells_what_happened_since_a_number(control: httpx.Client) -> None:
    """One number counts both lists."""
    control.post("/invoices", json={"id": "inv_1"})
    last = control.get("/log").json()["last"]
    control.patch("/invoices/inv_1", json={"reference": "PO 1"})
    entries = control.get("/log", params={"since": last}).json()
    assert [(entry["invoice_id"], entry["version"]) for entry in entries["sent"]] == [("inv_1", 2)]
    assert entries["received"] == []
