"""The sandbox app's read address: guarded, in the order of change, in pages that lose nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from app.sandbox.partner.server import SandboxPartner
from tests.loopback import NO_CERTIFICATES
from tests.sandbox.partner.conftest import SECRET_IN

READ = "/plumbline/read"
BEARER = {"authorization": "Bearer the-apps-own"}


@pytest.fixture
def read(partner: SandboxPartner) -> Iterator[httpx.Client]:
    """Whoever asks the app what it holds."""
    with httpx.Client(base_url=partner.root_url, verify=NO_CERTIFICATES) as client:
        yield client


def get(read: httpx.Client, path: str, **asked: Any) -> dict[str, Any]:
    """What the app answers to somebody who knows its secret."""
    answer = read.get(READ + path, params=asked, headers=BEARER)
    return {"status": answer.status_code, **answer.json()}


def sign(target: str, secret: str = SECRET_IN) -> dict[str, str]:
    """The headers of a call that was signed over its path and query."""
    now = datetime.now(UTC)
    return {
        "webhook-id": "req_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("req_1", now, target),
    }


def test_nobody_is_answered_who_does_not_know_the_secret(control: httpx.Client, read: httpx.Client) -> None:
    """A signature is good for the very path and query that it was made over."""
    target = f"{READ}/invoices?limit=2"
    assert read.get(target, headers=sign(target)).status_code == 401
    control.put("/read-access", json={"secret": SECRET_IN, "bearer": "the-apps-own"})
    assert read.get(target).status_code == 401
    assert read.get(target, headers=sign(target)).status_code == 200
    assert read.get(f"{READ}/invoices?limit=3", headers=sign(target)).status_code == 401
    assert get(read, "/invoices")["status"] == 200


def test_a_list_names_what_changed_in_pages(control: httpx.Client, read: httpx.Client) -> None:
    """The oldest change first; `as_of` is the clock of the first page, from which the next list begins."""
    control.put("/read-access", json={"bearer": "the-apps-own", "page_size": 2})
    for number in (1, 2, 3):
        control.post("/invoices", json={"id": f"inv_{number}", "send": False})
    first = get(read, "/invoices")
    control.patch("/invoices/inv_1", json={"reference": "PO 2", "send": False})
    second = get(read, "/invoices", cursor=first["next"])
    named = [(entry["id"], entry["version"]) for entry in (*first["data"], *second["data"])]
    assert named == [("inv_1", 1), ("inv_2", 1), ("inv_3", 1), ("inv_1", 2)]
    assert (second["next"], second["as_of"]) == (None, first["as_of"])
    changed = get(read, "/invoices", changed_since=first["as_of"])["data"]
    assert [(entry["id"], entry["document"]["reference"]) for entry in changed] == [("inv_1", "PO 2")]


def test_one_thing_is_shown_by_its_id(control: httpx.Client, read: httpx.Client) -> None:
    """Invoices and contacts; what it does not have, or says it does not, is not found."""
    control.put("/read-access", json={"bearer": "the-apps-own", "with_documents": False, "lost": ["inv_2"]})
    for number in (1, 2):
        control.post("/invoices", json={"id": f"inv_{number}", "send": False})
    assert get(read, "/invoices")["data"] == [{"id": "inv_1", "version": 1}]
    assert get(read, "/invoices/inv_1")["document"]["number"] == "JOB-1001"
    assert get(read, "/contacts/cus_17")["document"]["name"] == "Kim Tran"
    assert [get(read, f"/invoices/{name}")["status"] for name in ("inv_2", "inv_9")] == [404, 404]
    control.put("/read-access", json={"fail_next": 1})
    assert [get(read, "/contacts")["status"] for _ in range(2)] == [500, 200]
