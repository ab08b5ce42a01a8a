"""Connections: opened, listed, paused, resumed, swept."""

from urllib.parse import parse_qs, urlsplit

import pytest

from app.domain.connections.connection import ConnectionState
from tests.integration.api.driver import Plumbline, document, name_faults


async def test_a_connection_waits_for_consent_and_says_so(plumbline: Plumbline) -> None:
    """It is pending, with reason and since, and the next step is an address of ours that leads to Xero's consent."""
    opened = await plumbline.open_connection("biz_1")
    assert (opened["state"], opened["business_id"], opened["display_name"]) == ("pending", "biz_1", "biz_1")
    assert opened["reason"]
    assert opened["next_step"]["code"] == "authorise"
    ours = opened["authorise_url"]
    assert ours.startswith("http://localhost:8000/oauth/xero/start?state=")
    led = await plumbline.http.get(ours.removeprefix("http://localhost:8000"))
    query = parse_qs(urlsplit(led.headers["location"]).query)
    assert query["redirect_uri"] == ["http://localhost:8000/oauth/xero/callback"]
    shown = (await plumbline.http.get(f"/v1/connections/{opened['id']}")).json()
    assert shown == opened | {"authorise_url": None}


async def test_a_state_and_a_verifier_are_not_kept_in_the_open(plumbline: Plumbline) -> None:
    """The database holds the state's hash and the verifier encrypted; that has the length that PKCE asks for."""
    opened = await plumbline.open_connection()
    state = parse_qs(urlsplit(opened["authorise_url"]).query)["state"][0]
    [row] = await plumbline.execute(
        "SELECT encode(state_hash, 'escape'), encode(code_verifier, 'escape') FROM oauth_states"
    )
    assert state not in row[0]
    assert row[1].startswith("gAAAA")
    assert 43 <= len(plumbline.app.state.services.vault.decrypt(row[1].encode())) <= 128


async def test_a_business_may_have_several_connections(plumbline: Plumbline) -> None:
    """Each has a name of its own, and a business's are listed by its id."""
    for name in ("North shop", "South shop"):
        new = {"business_id": "biz_1", "display_name": name}
        assert (await plumbline.http.post("/v1/connections", json=new)).status_code == 201
    await plumbline.open_connection("biz_2")
    listed = (await plumbline.http.get("/v1/connections", params={"business_id": "biz_1"})).json()["data"]
    assert [connection["display_name"] for connection in listed] == ["North shop", "South shop"]
    assert len((await plumbline.http.get("/v1/connections")).json()["data"]) == 3


async def test_c1_a_channel_is_called_something_else(plumbline: Plumbline) -> None:
    """Nothing else of it moves, the log tells it without the name, and a removed connection keeps the name it had."""
    opened = await plumbline.open_connection("biz_1")
    where = f"/v1/connections/{opened['id']}"
    named = await plumbline.http.patch(where, json={"display_name": "North shop"})
    assert named.json() == opened | {"display_name": "North shop", "authorise_url": None}
    assert (await plumbline.http.get(where)).json() == named.json()
    told = (await plumbline.http.get("/v1/audit", params={"action": "connection_renamed"})).json()["data"]
    assert [(each["connection_id"], each["facts"]) for each in told] == [(opened["id"], {})]
    for wrong, field in (
        ({}, "display_name"),
        ({"display_name": ""}, "display_name"),
        ({"name": "x"}, "name"),
    ):
        answer = await plumbline.http.patch(where, json=wrong)
        assert (answer.status_code, field in name_faults(answer)) == (422, True)
    member = (await plumbline.make_key("member"))["key"]
    async with plumbline.as_partner(member) as http:
        assert (await http.patch(where, json={"display_name": "x"})).status_code == 403
    await plumbline.set_state(where, ConnectionState.REMOVED)
    late = await plumbline.http.patch(where, json={"display_name": "South shop"})
    assert (late.status_code, late.json()["type"]) == (409, "/problems/connection_removed")


async def test_an_unknown_business_is_not_found(plumbline: Plumbline) -> None:
    """404 that names business_id, so that a misspelt id does not pass for a business without connections."""
    await plumbline.open_connection("biz_1")
    answer = await plumbline.http.get("/v1/connections", params={"business_id": "biz_9"})
    assert (answer.status_code, name_faults(answer)) == (404, ["business_id"])


@pytest.mark.parametrize(
    ("new", "field"),
    [
        ({}, "business_id"),
        ({"business_id": ""}, "business_id"),
        ({"business_id": 7}, "business_id"),
        ({"business_id": "b\x00"}, "business_id"),
        ({"business_id": "x" * 256}, "business_id"),
        ({"business_id": "biz_1", "display_name": ""}, "display_name"),
        ({"business_id": "biz_1", "tenant_id": "t"}, "tenant_id"),
    ],
)
async def test_a_bad_connection_is_refused_by_field(
    plumbline: Plumbline, new: dict[str, object], field: str
) -> None:
    """422, and no connection is made."""
    answer = await plumbline.http.post("/v1/connections", json=new)
    assert (answer.status_code, name_faults(answer)) == (422, [field])
    assert await plumbline.count("connections") == 0


async def test_a_pause_and_a_resume_lose_nothing(plumbline: Plumbline) -> None:
    """Paused it stores without being worked on; resumed it is triggered and a worker woken. Both may be repeated."""
    path = await plumbline.open_active()
    for _ in range(2):
        paused = (await plumbline.http.post(f"{path}/pause")).json()
        assert (paused["state"], paused["next_step"]["code"]) == ("paused", "resume")
    await plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    before = await plumbline.get_connection(path)
    resumed = (await plumbline.http.post(f"{path}/resume")).json()
    assert (resumed["state"], resumed["reason"], resumed["is_behind"]) == ("active", None, True)
    assert (await plumbline.get_connection(path)).generation == before.generation + 1
    assert (await plumbline.http.post(f"{path}/resume")).status_code == 200
    assert await plumbline.count_nudges() == 2, "one to reconcile, one to deliver the notices"
    told = await plumbline.execute("SELECT type, body->>'business_id' FROM notices ORDER BY id")
    assert [tuple(row) for row in told] == [("connection.paused", "biz_1"), ("connection.resumed", "biz_1")]


@pytest.mark.parametrize("state", [ConnectionState.PENDING, ConnectionState.DISCONNECTED])
async def test_what_is_not_authorised_is_neither_paused_nor_resumed(
    plumbline: Plumbline, state: ConnectionState
) -> None:
    """409: neither would be true afterwards."""
    path = await plumbline.open_active()
    await plumbline.set_state(path, state, "no consent")
    for rest in ("/pause", "/resume"):
        answer = await plumbline.http.post(path + rest)
        assert answer.status_code == 409
        assert answer.json()["type"] == "/problems/wrong_state"
    assert (await plumbline.get_connection(path)).state is state


async def test_a_removed_connection_takes_nothing_more(plumbline: Plumbline) -> None:
    """Every write is a 409 problem; it can still be looked at."""
    path = await plumbline.open_active()
    await plumbline.set_state(path, ConnectionState.REMOVED, "Removed.")
    answers = [
        await plumbline.http.post(path + rest) for rest in ("/pause", "/resume", "/sweep", "/authorise")
    ]
    answers.append(await plumbline.http.put(f"{path}/invoices/inv_1", json=document()))
    answers.append(await plumbline.http.patch(f"{path}/settings", json={"conflict_policy": "hold"}))
    assert {(a.status_code, a.json()["type"]) for a in answers} == {(409, "/problems/connection_removed")}
    assert (await plumbline.http.get(path)).json()["state"] == "removed"


async def test_a_sweep_is_accepted_and_asked_for(plumbline: Plumbline) -> None:
    """202 at once; the connection is triggered, its sweep is due and a worker woken."""
    path = await plumbline.open_active()
    assert (await plumbline.http.post(f"{path}/sweep")).status_code == 202
    connection = await plumbline.get_connection(path)
    assert connection.sweep_due
    assert connection.is_behind
    assert await plumbline.count_nudges() == 1
