"""Calls of partners beside those of the intake: in batches, by hand, with a key that makes a repeat harmless.

Whoever had no answer asks again. A message sent by hand is heard or was cut off, which its caller sees; nothing else is
moved by it.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx

from tests.chaos.stages.served import Serve, call
from tests.chaos.stages.stage import Stage
from tests.chaos.stages.work import settle_beginning
from tests.chaos.story import Story
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import app_fault, ask, flush, reconcile

ENDPOINTS = "/v1/webhook-endpoints"
DEAL = {"id": "7", "name": "Bathroom", "amount": "420.00", "url": "https://app.example/deals/7"}
DEBTOR = {"first_name": "Kim", "last_name": "Tran", "email": "kim@example.com"}
ITEM = {"version": 1, "name": "Mixer tap"}
A_KEY = "once-and-no-more"
ANOTHER = "a-reader-may-not"


async def make(story: Story) -> None:
    """Things to call about: what was sent and what waits, what the app has and has not told of."""
    house, kept = story.house, story.kept
    await settle_beginning(house)
    await house.edit_xero("N-inv_1", Reference="X11")
    story.ledger.note("xero", "inv_1", "reference", "R1", "X11")
    await house.drain()
    await house.edit_xero("N-inv_2", Reference="X21")
    story.ledger.note("xero", "inv_2", "reference", "R2", "X21")
    await app_fault(house, refuse_incoming_next=1)
    await flush(house)
    await reconcile(house)
    await house.parts.delivery.deliver(UUID(house.connection_id))
    reader = await ask(house.api.post("/v1/keys", json={"name": "reader", "role": "read"}))
    kept["reader"] = {"Authorization": f"Bearer {reader['key']}", "Idempotency-Key": ANOTHER}
    kept["paths"] = await _list_paths(house)
    kept["cursor"] = (await ask(house.api.get(f"{house.path}/changes")))["data"][0]["cursor"]
    kept["bodies"] = await _make_bodies(story)


async def _list_paths(house: House) -> list[str]:
    """What is sent again, by its address."""
    [endpoint] = (await ask(house.api.get(ENDPOINTS)))["data"]
    path = f"{ENDPOINTS}/{endpoint['id']}"
    states = ("delivered", "pending")
    found = [
        (await ask(house.api.get(f"{path}/deliveries", params={"state": state})))["data"][0]
        for state in states
    ]
    [event, *_] = (await ask(house.api.get(f"{house.path}/events", params={"side": "xero"})))["data"]
    [change, *_] = (await ask(house.api.get(f"{house.path}/changes")))["data"]
    return [
        f"{path}/test",
        *(f"{path}/deliveries/{each['id']}/replay" for each in found),
        f"{house.path}/changes/{change['cursor']}/resend",
        f"{house.path}/events/{event['id']}/replay",
    ]


async def _make_bodies(story: Story) -> list[tuple[str, str, Any]]:
    """What the app has, and sends in batches; what it wants of a customer of its own."""
    house = story.house
    path, app = house.path, house.app
    edited = await house.edit("inv_3", reference="R31", send=False)
    story.ledger.note("partner", "inv_3", "reference", "R3", "R31")
    paid = await _document(
        app.post("/invoices/inv_4/payments", json={"id": "p9", "amount": "1.07", "send": False})
    )
    payment = paid["payments"][-1] | {name: paid[name] for name in ("version", "based_on")}
    story.ledger.note("partner", "inv_4", "payments", None, "1.07")
    customer = await _document(
        app.post("/contacts", json={"id": "cus_9", "name": "Customer cus_9", "send": False})
    )
    stranger = await house.at_xero("contacts", Name="Customer of Xero")
    return [
        ("PUT", f"{path}/invoices", {"invoices": [edited]}),
        ("PUT", f"{path}/payments", {"payments": [payment | {"invoice_id": "inv_4"}]}),
        ("PUT", f"{path}/contacts", {"contacts": [customer]}),
        ("PUT", f"{path}/contacts/cus_9/link", {"xero_contact_id": stranger["ContactID"]}),
        ("DELETE", f"{path}/contacts/cus_9/link", None),
        ("POST", f"{path}/contacts/cus_9/push", None),
        ("PUT", f"{path}/items/prd_1", ITEM | {"id": "prd_1", "code": "TAP"}),
        ("PUT", f"{path}/items", {"items": [ITEM | {"id": "prd_2", "code": "PIPE"}]}),
        ("POST", f"{path}/drafts", {"deal": DEAL, "contact": DEBTOR}),
        ("POST", f"{path}/invoices/inv_5/retry", None),
    ]


async def _document(calling: Any) -> Json:
    return dict((await ask(calling))["document"])


async def come_in(story: Story, api: httpx.AsyncClient) -> None:
    """All of it."""
    house, kept = story.house, story.kept
    for path in kept["paths"]:
        await call(api, "POST", path)
    await call(api, "POST", f"{house.path}/changes/acknowledge", {"cursor": kept["cursor"]})
    [edited] = kept["bodies"][0][2]["invoices"]
    await call(api, "PUT", f"{house.path}/invoices/inv_3", edited, headers={"If-Match": "*"})
    for method, path, body in kept["bodies"]:
        await call(api, method, path, body)
    await call(api, "POST", f"{house.path}/sweep", headers={"Idempotency-Key": A_KEY})
    try:
        refused = await api.post(f"{house.path}/sweep", headers=kept["reader"])
    except httpx.TransportError:
        return
    assert refused.status_code == 403, refused.text


async def ask_again(story: Story) -> Sequence[str]:
    """Whoever may have had no answer asks again; what was done then is done no second time."""
    house, found = story.house, []
    for method, path, body in story.kept["bodies"]:
        answer = await house.api.request(method, path, json=body)
        found += [] if answer.is_success else [f"{method} {path}: {answer.status_code} {answer.text}"]
    kept = await house.api.post(f"{house.path}/sweep", headers={"Idempotency-Key": A_KEY})
    # One that was cut off is under way until its claim has run out, or had been carried out and tells so.
    may_answer = kept.is_success or kept.status_code == 409
    return found if may_answer else [*found, f"the repeat: {kept.status_code} {kept.text}"]


async def promise(story: Story) -> Sequence[str]:
    """One draft of the deal, one product of each code."""
    house = story.house
    drafts = [each["Reference"] for each in await house.list_in_xero() if each["Status"] == "DRAFT"]
    items = [
        each["Code"] for each in (await ask(house.xero.get(f"/people/{house.tenant_id}/items")))["Items"]
    ]
    is_once = len(drafts) == 1 and sorted(items) == ["PIPE", "TAP"]
    return [] if is_once else [f"drafts {drafts}, products {items}"]


STAGE = Stage("calls", make, Serve(come_in), follow=ask_again, promise=promise)
