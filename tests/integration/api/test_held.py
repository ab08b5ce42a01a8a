"""Held work by the API: counted, listed, looked at again, set aside; and why of it (FEATURES N7, E14)."""

from typing import Any

import httpx
import pytest

from app.domain.connections.connection import ConnectionState
from tests.integration.api.driver import Plumbline, document, name_faults

HOLD = (
    "UPDATE invoice_links SET state = 'held', settled_generation = generation, reason_code = :code,"
    " reason_message = 'It waits.', reason_cure = 'Mend it.' WHERE partner_invoice_id = :id"
)


async def hold(plumbline: Plumbline, path: str, **codes: str) -> None:
    """Invoices that the loop holds with these codes, by id."""
    for invoice_id, code in codes.items():
        await plumbline.http.put(f"{path}/invoices/{invoice_id}", json=document(id=invoice_id))
        await plumbline.execute(HOLD, code=code, id=invoice_id)
    await plumbline.execute("UPDATE connections SET settled_generation = generation")


async def get(plumbline: Plumbline, address: str, **query: Any) -> dict[str, Any]:
    """What stands there."""
    return dict((await plumbline.http.get(address, params=query)).raise_for_status().json())


async def retry(plumbline: Plumbline, path: str, asked: dict[str, Any]) -> httpx.Response:
    """Look again at what is named."""
    return await plumbline.http.post(f"{path}/held/retry", json=asked)


async def test_reasons_are_counted_and_things_paged(plumbline: Plumbline) -> None:
    """Each code once with its cure and the call that takes it; the things in their own words, narrowed or not."""
    path = await plumbline.open_active()
    await hold(plumbline, path, inv_1="category_unmapped", inv_2="plan_limit", inv_3="category_unmapped")
    await plumbline.http.put(f"{path}/invoices/inv_4", json=document(id="inv_4"))
    first = await get(plumbline, f"{path}/held", limit=2)
    assert first["total"] == 3
    assert [(one["code"], one["count"], one["call"]) for one in first["reasons"]] == [
        ("category_unmapped", 2, f"PATCH {path}/settings"),
        ("plan_limit", 1, None),
    ]
    assert [one["id"] for one in first["data"]] == ["inv_1", "inv_2"]
    assert (first["data"][0]["message"], first["data"][0]["cure"]) == ("It waits.", "Mend it.")
    assert first["data"][0]["why"] == f"GET {path}/invoices/inv_1/why"
    rest = await get(plumbline, f"{path}/held", limit=2, cursor=first["next"])
    assert ([one["id"] for one in rest["data"]], rest["next"]) == (["inv_3"], None)
    narrowed = await get(plumbline, f"{path}/held", code="plan_limit")
    assert [one["id"] for one in narrowed["data"]] == ["inv_2"]
    assert (await get(plumbline, f"{path}/held", kind="contact"))["data"] == []


async def test_a_retry_says_what_became_of_each(plumbline: Plumbline) -> None:
    """By name, by code, or all: held links are triggered once, others are told apart, and a worker is woken."""
    path = await plumbline.open_active()
    await hold(plumbline, path, inv_1="plan_limit", inv_2="locked_period", inv_3="locked_period")
    await plumbline.http.post(f"{path}/invoices/inv_3/skip", json={"note": "Later."})
    named = [{"id": "inv_1"}, {"id": "inv_3"}, {"id": "inv_9"}, {"kind": "contact", "id": "cus_17"}]
    answer = (await retry(plumbline, path, {"things": named})).json()
    assert [one["outcome"] for one in answer["data"]] == ["retried", "skipped", "not_found", "not_held"]
    assert (answer["retried"], answer["by_kind"]) == (1, {"invoice": 1})
    connection = await plumbline.get_connection(path)
    assert (connection.is_behind, connection.facts_due) == (True, True)
    assert (await retry(plumbline, path, {"codes": ["plan_limit"]})).json()["retried"] == 0
    assert (await retry(plumbline, path, {"all": True})).json()["by_kind"] == {"invoice": 1}
    assert (await retry(plumbline, path, {"all": True})).json()["retried"] == 0
    held = await get(plumbline, f"{path}/held")
    assert [(one["id"], one["code"]) for one in held["data"]] == [("inv_3", "skipped")]


@pytest.mark.parametrize(
    "asked", [{}, {"all": True, "codes": ["x"]}, {"things": []}, {"things": [{"id": "a b"}]}, {"some": 1}]
)
async def test_a_retry_names_one_way_of_meaning(plumbline: Plumbline, asked: dict[str, Any]) -> None:
    """422 that names what is wrong."""
    path = await plumbline.open_active()
    answer = await retry(plumbline, path, asked)
    assert answer.status_code == 422
    assert name_faults(answer)


async def test_what_is_set_aside_shows_so_at_once_and_in_any_state(plumbline: Plumbline) -> None:
    """Also while the connection is paused and nothing works; who and why are told; a second call replaces the note."""
    path = await plumbline.open_active()
    await plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    await plumbline.set_state(path, ConnectionState.PAUSED)
    for note in ("First.", "Second."):
        answer = await plumbline.http.post(f"{path}/invoices/inv_1/skip", json={"note": note})
        assert answer.status_code == 200, answer.text
    invoice = await get(plumbline, f"{path}/invoices/inv_1")
    assert (invoice["state"], invoice["reason"]["code"]) == ("held", "skipped")
    assert "The API key" in invoice["reason"]["message"]
    assert "Second." in invoice["reason"]["message"]
    assert len((await get(plumbline, f"{path}/invoices", state="held"))["data"]) == 1
    assert (await get(plumbline, f"{path}/invoices", state="behind"))["data"] == []
    resumed = (await plumbline.http.post(f"{path}/invoices/inv_1/resume")).json()
    assert (resumed["state"], resumed["reason"]["code"]) == ("behind", "connection_paused")


async def test_what_is_not_there_cannot_be_set_aside(plumbline: Plumbline) -> None:
    """404 for a thing or a connection that is not the caller's, 422 for a note that is missing or another kind."""
    path = await plumbline.open_active()
    note = {"note": "Later."}
    for kind in ("invoices", "contacts", "items"):
        assert (await plumbline.http.post(f"{path}/{kind}/none/skip", json=note)).status_code == 404
    assert (await plumbline.http.post(f"{path}/invoices/none/skip", json={})).status_code == 422
    assert (await plumbline.http.post(f"{path}/quotes/none/skip", json=note)).status_code == 422
    assert (await plumbline.http.get(f"{path}/invoices/none/why")).status_code == 404
    assert (await plumbline.http.get(f"{path}/invoices/none/plan")).status_code == 404
    assert (await plumbline.http.get(f"{path}/why")).status_code == 422


async def test_before_the_consent_why_says_so_and_there_is_no_plan(plumbline: Plumbline) -> None:
    """A document that came early waits for the consent, by name; Xero is not asked for a number."""
    path = f"/v1/connections/{(await plumbline.open_connection())['id']}"
    await plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    why = await get(plumbline, f"{path}/invoices/inv_1/why")
    assert (why["state"], why["code"]) == ("behind", "not_authorised_yet")
    assert (await plumbline.http.get(f"{path}/invoices/inv_1/plan")).status_code == 409
    [nowhere] = (await get(plumbline, f"{path}/why", number="X-1"))["data"]
    assert nowhere["code"] == "not_in_xero"
    checkup = await get(plumbline, f"{path}/checkup")
    assert (checkup["ready"], checkup["next_step"]["code"]) == (False, "authorise")
    preflight = (await plumbline.http.post(f"{path}/preflight")).json()
    assert (preflight["ready"], preflight["is_fresh"]) == (False, False)


async def test_providers_tell_the_way_and_what_there_is(plumbline: Plumbline) -> None:
    """Scopes with a sentence each, the steps to a connection, and how many connections there are (T5 to T7)."""
    await plumbline.open_active()
    await plumbline.open_connection("biz_2")
    [xero] = (await get(plumbline, "/v1/providers"))["data"]
    assert xero["connections"] == {"active": 1, "pending": 1}
    assert [step["code"] for step in xero["steps"]][:2] == ["open", "authorise"]
    assert xero["steps"][-1]["code"] == "ready"
    assert {scope["scope"] for scope in xero["scopes"] if not scope["is_needed"]} == {"openid"}
    assert all(scope["purpose"] for scope in xero["scopes"])
