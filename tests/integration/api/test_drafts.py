"""Drafts at the API's edge: defaults and overrides, who the customer is, what a second call means, what is refused."""

from typing import Any

import httpx

from app.domain.connections.connection import ConnectionState
from tests.integration.api.driver import Plumbline, document, name_faults

DEAL = {"id": "7", "name": "Bathroom", "amount": "4200.00", "url": "https://app.example/deals/7"}
KIM = {"first_name": "Kim", "last_name": "Tran", "email": "kim@example.com", "phone": "02 5550 0000"}


async def ask(plumbline: Plumbline, path: str, **body: Any) -> httpx.Response:
    """Ask for a draft of the deal; members given as None are left out."""
    whole = {"deal": DEAL, "contact": KIM} | body
    return await plumbline.http.post(f"{path}/drafts", json=whole)


async def test_a_draft_has_its_defaults_from_the_deal_and_each_can_be_overridden(
    plumbline: Plumbline,
) -> None:
    """Name, today, due in 30 days, no reference, description and amount of the deal (FEATURES O6)."""
    path = await plumbline.open_active()
    answer = await ask(plumbline, path)
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert (told["outcome"], told["xero_invoice_id"], told["deep_link"]) == ("pending", None, None)
    assert told["invoice"]["id"] == "deal-7"
    assert (await plumbline.http.get(answer.headers["location"])).json()["id"] == "deal-7"
    stored = told["invoice"]["partner"]["document"]
    assert (stored["status"], stored["currency"], stored["reference"]) == ("draft", "AUD", None)
    assert (stored["url"], stored["contact"]["name"]) == (DEAL["url"], "Kim Tran")
    [line] = stored["lines"]
    assert (line["description"], line["unit_price"], line["category"]) == ("Bathroom", "4200.00", None)
    other = {
        "id": "inv_9", "issued_on": "2026-11-01", "due_on": "2026-11-08", "reference": "PO 9", "currency": "AUD",
        "amounts_are": "tax_inclusive", "lines": [{"id": "l1", "description": "Tiles", "unit_price": "10.00"}],
        "contact": KIM | {"organisation": "Wattle Street Developments"},
    }  # fmt: skip
    stored = (await ask(plumbline, path, **other)).json()["invoice"]["partner"]["document"]
    assert {name: stored[name] for name in ("id", "issued_on", "due_on", "reference", "amounts_are")} == {
        name: other[name] for name in ("id", "issued_on", "due_on", "reference", "amounts_are")
    }
    assert stored["contact"]["name"] == "Wattle Street Developments"
    assert [each["description"] for each in stored["lines"]] == ["Tiles"]


async def test_one_id_is_one_draft(plumbline: Plumbline) -> None:
    """The same call again stores nothing; other content, or an invoice that the app sent itself, is refused."""
    path = await plumbline.open_active()
    first = (await ask(plumbline, path)).json()
    again = await ask(plumbline, path)
    assert (again.status_code, again.json()) == (202, first)
    assert (await plumbline.count("invoice_links"), await plumbline.count("contact_links")) == (1, 1)
    other = await ask(plumbline, path, reference="PO 2")
    assert (other.status_code, other.json()["type"]) == (409, "/problems/draft_known")
    assert name_faults(other) == ["deal.id"], "the id that was said, where none was given for the invoice"
    await plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    sent = await ask(plumbline, path, id="inv_1")
    assert (sent.status_code, name_faults(sent)) == (409, ["id"])


async def test_the_customer_is_named_in_one_way(plumbline: Plumbline) -> None:
    """A known id, or fields: two deals of one customer are one contact, and a known name is that contact (O1, O8)."""
    path = await plumbline.open_active()
    body = {"id": "cus_1", "version": 1, "name": "Kim Tran", "email": "kim@example.com"}
    await plumbline.http.put(f"{path}/contacts/cus_1", json=body)
    other = KIM | {"email": "other@example.com"}
    named = []
    for n, contact in enumerate([{"id": "cus_1"}, KIM, other, other | {"phone": "1"}]):
        told = (await ask(plumbline, path, id=f"inv_{n}", contact=contact)).json()
        named.append(told["invoice"]["partner"]["document"]["contact"]["id"])
    assert named[:2] == ["cus_1", "cus_1"]
    assert named[2] == named[3] != "cus_1"
    shown = (await plumbline.http.get(f"{path}/contacts/{named[2]}")).json()
    assert (shown["document"]["first_name"], shown["document"]["phone"]) == ("Kim", "02 5550 0000")


WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"contact": {}}, ["contact"]),
    ({"contact": {"id": "cus_1", "email": "kim@example.com"}}, ["contact"]),
    ({"contact": {"email": "kim@example.com"}}, ["contact.organisation"]),
    ({"contact": {"id": "nobody"}}, ["contact.id"]),
    ({"deal": DEAL | {"id": "d" * 62}}, ["id"]),
    ({"deal": DEAL | {"amount": "-1.00"}}, ["deal.amount"]),
    ({"currency": "USD"}, ["currency"]),
    ({"issued_on": "2026-11-20", "due_on": "2026-11-19"}, ["due_on"]),
    ({"issued_on": "9999-12-31"}, ["due_on"]),
    ({"lines": []}, ["lines"]),
    ({"colour": "red"}, ["colour"]),
]


async def test_what_is_wrong_is_named_and_nothing_is_stored(plumbline: Plumbline) -> None:
    """Neither the invoice nor its customer."""
    path = await plumbline.open_active()
    for changes, faults in WRONG:
        refused = await ask(plumbline, path, **changes)
        assert (refused.status_code, name_faults(refused)) == (422, faults), changes
        assert (await plumbline.count("invoice_links"), await plumbline.count("contact_links")) == (0, 0), (
            changes
        )


async def test_a_connection_that_does_nothing_now_says_so(plumbline: Plumbline) -> None:
    """Paused: stored, with the reason. Never authorised: refused, for there is no Xero to go to."""
    path = await plumbline.open_active()
    await plumbline.set_state(path, ConnectionState.PAUSED)
    answer = await ask(plumbline, path)
    assert (answer.status_code, answer.json()["reason"]["code"]) == (202, "connection_paused")
    opened = await plumbline.open_connection("biz_2")
    refused = await ask(plumbline, f"/v1/connections/{opened['id']}")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not_authorised_yet")


async def test_a_contact_that_is_unknown_cannot_be_pushed(plumbline: Plumbline) -> None:
    """404; a known one is wanted, 202, however often it is asked for."""
    path = await plumbline.open_active()
    assert (await plumbline.http.post(f"{path}/contacts/cus_1/push")).status_code == 404
    await plumbline.http.put(f"{path}/contacts/cus_1", json={"id": "cus_1", "version": 1, "name": "Kim Tran"})
    for _ in range(2):
        answer = await plumbline.http.post(f"{path}/contacts/cus_1/push")
        assert (answer.status_code, answer.json()["state"]) == (202, "behind")
