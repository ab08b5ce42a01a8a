"""Text that cannot be kept is refused by its field, wherever it stands: PostgreSQL has no NUL, UTF-8 no half a pair."""

import json
from typing import Any

import httpx
import pytest

from tests.integration.api.driver import Plumbline, document, name_faults
from tests.integration.api.test_drafts import DEAL, KIM

Json = dict[str, Any]
NUL = "a\x00b"
HALF = "\ud800"
JSON = {"content-type": "application/json"}


async def write(plumbline: Plumbline, address: str, body: Json) -> httpx.Response:
    """A POST below a connection of its own."""
    return await plumbline.http.post(f"{await plumbline.open_active()}/{address}", json=body)


@pytest.mark.parametrize(
    ("address", "body", "field"),
    [
        (
            "drafts",
            {"deal": DEAL, "contact": KIM, "lines": [{"id": "l1", "unit_price": "1", "item_code": NUL}]},
            "lines.0.item_code",
        ),
        ("exports", {"stages": ["invoices"], "note": NUL}, "note"),
    ],
)
async def test_a_nul_is_refused_by_field(plumbline: Plumbline, address: str, body: Json, field: str) -> None:
    """422, and nothing is stored."""
    answer = await write(plumbline, address, body)
    assert (answer.status_code, name_faults(answer)) == (422, [field])
    assert (await plumbline.count("invoice_links"), await plumbline.count("exports")) == (0, 0)


async def test_a_filter_with_a_nul_is_refused(plumbline: Plumbline) -> None:
    """The messages of an endpoint are narrowed by the names of types."""
    made = await plumbline.http.post(
        "/v1/webhook-endpoints", json={"url": "https://app.example/hooks", "part": "listens"}
    )
    assert made.status_code == 201, made.text
    path = f"/v1/webhook-endpoints/{made.json()['id']}/deliveries"
    answer = await plumbline.http.get(path, params={"type": NUL})
    assert (answer.status_code, name_faults(answer)) == (422, ["type"])


@pytest.mark.parametrize("kind", ["invoices", "contacts", "items", "payments", "credits"])
async def test_an_id_that_no_answer_can_repeat_stops_no_other_element(
    plumbline: Plumbline, kind: str
) -> None:
    """Half a surrogate pair is refused like any id that is none, and answered as if none had been said."""
    path = await plumbline.open_active()
    bad = {"id": HALF, "invoice_id": HALF}
    sent = [bad, document()] if kind == "invoices" else [bad]
    answer = await plumbline.http.put(f"{path}/{kind}", content=json.dumps({kind: sent}), headers=JSON)
    assert answer.status_code == 200, answer.text
    taken = answer.json()["data"]
    assert [one["outcome"] for one in taken] == ["refused", "created"][: len(sent)]
    assert (taken[0]["id"], taken[0].get("invoice_id")) == (None, None)
    assert {"field": "id", "message": "must be valid Unicode text"} in taken[0]["problem"]["errors"]


SECRET = "the secret that Xero showed once"
APP = {"name": "Tools", "client_id": "9F3A6C0E1B2D4A5F", "client_secret": SECRET, "webhook_key": SECRET}


@pytest.mark.parametrize("name", ["client_secret", "webhook_key"])
@pytest.mark.parametrize(
    ("said", "message"),
    [(HALF * 16, "must be valid Unicode text"), ("short", "must have at least 16 characters")],
)
async def test_a_secret_of_a_xero_app_is_text(
    plumbline: Plumbline, name: str, said: str, message: str
) -> None:
    """It is refused in words about text, and neither it nor the app is kept."""
    body = json.dumps(APP | {name: said})
    answer = await plumbline.http.post("/v1/xero-apps", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["errors"]) == (422, [{"field": name, "message": message}])
    assert await plumbline.count("xero_apps") == 0
