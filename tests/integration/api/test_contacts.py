"""Contacts by API: documents in, mentions in invoices, the resource out, changes in the feed."""

import json
from typing import Any
from uuid import UUID

from tests.integration.api.driver import Plumbline, document, name_faults

XERO_ID = "4b1f2c7a-93d0-4a51-8f0e-7c2d9b6a1e55"


def contact(**changes: Any) -> dict[str, Any]:
    """A customer as the app has it."""
    return {"id": "cus_17", "version": 1, "based_on": None, "name": "Kim Tran", "groups": ["trade"]} | changes


async def test_a_contact_is_stored_by_version(plumbline: Plumbline) -> None:
    """First, again, older, contradicting, and based on what never was: each has its own answer."""
    path = await plumbline.open_active()
    where = f"{path}/contacts/cus_17"
    made = await plumbline.http.put(where, json=contact(version=2, address={"city": "Orange"}))
    assert (made.status_code, made.json()["state"], made.json()["xero"]) == (201, "behind", None)
    assert made.json()["document"]["address"]["city"] == "Orange"
    again = await plumbline.http.put(where, json=contact(version=2, address={"city": "Orange"}))
    assert (again.status_code, again.json()["version"]) == (200, 2)
    for body, code in (
        (contact(version=1), "stale_document"),
        (contact(version=2, name="Other"), "version_reused"),
        (contact(version=3, based_on=9), "invalid_document"),
        (contact(id="cus_18", version=3), "invalid_document"),
        (contact(version=3, email=7), "invalid_request"),
        (contact(version=3, phone="0" * 83), "invalid_request"),
        (contact(version=3, address={"lines": ["1"] * 5}), "invalid_request"),
    ):
        refused = await plumbline.http.put(where, json=body)
        assert refused.json()["type"] == f"/problems/{code}", refused.text
    assert name_faults(refused) == ["address.lines"]
    assert (await plumbline.http.get(f"{path}/contacts/nobody")).status_code == 404
    assert (await plumbline.as_partner(None).get(where)).status_code == 401


async def test_a_contact_has_a_link_into_the_app_beside_that_into_xero(plumbline: Plumbline) -> None:
    """It is the newest document's; one that leaves it out has none, and is stored as if there were no such field."""
    path = await plumbline.open_active()
    where, url = f"{path}/contacts/cus_17", "https://app.example/customers/17"
    made = (await plumbline.http.put(where, json=contact(url=url))).json()
    await plumbline.execute("UPDATE contact_links SET xero_contact_id = :id", id=XERO_ID)
    shown = (await plumbline.http.get(where)).json()
    assert (made["url"], shown["url"], shown["xero"]["deep_link"].endswith(XERO_ID)) == (url, url, True)
    for odd in ("app.example/17", "javascript:alert(1)", 7):
        refused = await plumbline.http.put(where, json=contact(version=2, url=odd))
        assert (refused.status_code, name_faults(refused)) == (422, ["url"]), odd
    left_out = (await plumbline.http.put(where, json=contact(version=2))).json()
    assert (left_out["url"], "url" in left_out["document"]) == (None, False)
    cleared = (await plumbline.http.put(where, json=contact(version=3, url=None))).json()
    assert (cleared["url"], cleared["document"]["url"]) == (None, None)


async def test_an_invoice_that_names_a_customer_makes_it_known(plumbline: Plumbline) -> None:
    """Without a version the newest details stand; with one they stand from then on; a bad one refuses the document."""
    path = await plumbline.open_active()
    for version, email in ((1, "a@example.com"), (2, "b@example.com")):
        named = {"id": "cus_17", "name": "Kim Tran", "email": email}
        await plumbline.http.put(f"{path}/invoices/inv_1", json=document(version=version, contact=named))
    for body in (
        {"id": "cus_17", "name": "Kim", "email": "c@example.com", "version": 4},
        {"id": "cus_17", "name": "Kim", "email": "d@example.com", "version": 3},
        {"id": "cus_17", "name": "Kim", "email": "e@example.com"},
    ):
        version += 1
        stored = await plumbline.http.put(
            f"{path}/invoices/inv_1", json=document(version=version, contact=body)
        )
        assert stored.status_code == 200
    [row] = await plumbline.execute("SELECT details ->> 'email' AS email, details_version FROM contact_links")
    assert tuple(row) == ("c@example.com", 4)
    bad = document(version=9, contact={"id": "cus_17", "name": "Kim", "version": 0})
    refused = await plumbline.http.put(f"{path}/invoices/inv_1", json=bad)
    assert name_faults(refused) == ["contact.version"]


async def test_contacts_are_listed_and_their_changes_stand_in_the_feed(plumbline: Plumbline) -> None:
    """Beside those of invoices, told apart by what they name, and acknowledged by the same cursor."""
    path = await plumbline.open_active()
    for n in range(3):
        await plumbline.http.put(f"{path}/contacts/cus_{n}", json=contact(id=f"cus_{n}"))
    first = (await plumbline.http.get(f"{path}/contacts", params={"limit": 2})).json()
    rest = (await plumbline.http.get(f"{path}/contacts", params={"cursor": first["next"]})).json()
    assert [one["id"] for one in first["data"] + rest["data"]] == ["cus_0", "cus_1", "cus_2"]
    assert (await plumbline.http.get(f"{path}/contacts", params={"state": "held"})).json()["data"] == []
    body = {
        "connection_id": path.rpartition("/")[2],
        "business_id": "biz_1",
        "contact_id": "cus_1",
        "revision": 1,
        "fields": [{"path": "email", "before": None, "after": "kim@example.com"}],
        "caused_by": {"side": "xero", "at": None, "version": None},
        "contact": {"id": "cus_1", "email": "kim@example.com"},
    }
    await plumbline.execute(
        "INSERT INTO changes (connection_id, link_id, kind, revision, moves, body)"
        " SELECT connection_id, id, 'contact', 1, '{}', :body FROM contact_links WHERE partner_contact_id = 'cus_1'",
        body=json.dumps(body),
    )
    [change] = (await plumbline.http.get(f"{path}/changes")).json()["data"]
    assert change == {**body, "cursor": change["cursor"]}
    await plumbline.http.post(f"{path}/changes/acknowledge", json={"cursor": change["cursor"]})
    assert (await plumbline.http.get(f"{path}/contacts/cus_1")).json()["acknowledged_revision"] == 1


async def test_a_contact_of_xero_is_asked_for_only_where_xero_can_be_asked(plumbline: Plumbline) -> None:
    """A connection without an organisation says so; a choice must be an id, and of a contact that is known here."""
    pending = f"/v1/connections/{(await plumbline.open_connection())['id']}"
    refused = await plumbline.http.get(f"{pending}/xero-contacts", params={"search": "kim"})
    assert refused.json()["type"] == "/problems/not_authorised_yet"
    path = await plumbline.open_active()
    choice = {"xero_contact_id": str(UUID(XERO_ID))}
    assert (await plumbline.http.put(f"{path}/contacts/cus_1/link", json=choice)).status_code == 404
    refused = await plumbline.http.put(f"{path}/contacts/cus_1/link", json={"xero_contact_id": "kim"})
    assert name_faults(refused) == ["xero_contact_id"]
    assert (await plumbline.http.get(f"{path}/xero-contacts")).status_code == 422
