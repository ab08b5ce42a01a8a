"""Webhook endpoints by REST: made, changed, tried, looked into, their secrets replaced."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from app.commands.acts.new_partner import create_partner
from tests.integration.api.driver import Plumbline, build_settings, name_faults, open_plumbline
from tests.integration.delivery.odd_app import OddApp, serve_odd_app

PATH = "/v1/webhook-endpoints"
STRANGER = "6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10"


@pytest.fixture
async def odd() -> AsyncIterator[OddApp]:
    """The partner's app."""
    async with serve_odd_app() as running:
        yield running


async def make(plumbline: Plumbline, **said: Any) -> dict[str, Any]:
    """An endpoint of the partner's."""
    whole = {"url": "https://app.example/hook", "part": "applies"} | said
    answer = await plumbline.http.post(PATH, json=whole)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_an_endpoint_is_made_changed_and_deleted(plumbline: Plumbline) -> None:
    """Its secret is shown when it is made and never again; what is left out of a change stays."""
    connection = await plumbline.open_connection()
    made = await make(plumbline, part="listens", connection_ids=[connection["id"]], types=["invoice.changed"])
    assert made.pop("secret").startswith("whsec_")
    path = f"{PATH}/{made['id']}"
    assert (await plumbline.http.get(path)).json() == made
    assert (await plumbline.http.get(PATH)).json() == {"data": [made], "next": None}
    changed = (await plumbline.http.patch(path, json={"description": "books", "types": ["*"]})).json()
    assert changed == made | {"description": "books", "types": ["*"]}
    changed = (await plumbline.http.patch(path, json={"connection_ids": None, "description": None})).json()
    assert (changed["connection_ids"], changed["description"], changed["url"]) == (None, None, made["url"])
    off = (await plumbline.http.patch(path, json={"is_enabled": False})).json()
    assert (off["is_enabled"], off["disabled_reason"]) == (False, "Disabled by the partner.")
    on = (await plumbline.http.post(f"{path}/enable")).json()
    assert (on["is_enabled"], on["disabled_reason"], on["disabled_at"]) == (True, None, None)
    assert (await plumbline.http.delete(path)).status_code == 204
    assert (await plumbline.http.get(path)).status_code == 404
    assert (await plumbline.http.delete(path)).status_code == 404
    assert await plumbline.count("webhook_secrets") == 1  # the partner's own, for what it sends to us


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"url": "app.example/hook"}, ["url"]),
        ({"url": "https://user:word@app.example/hook"}, ["url"]),
        ({"part": "shouts"}, ["part"]),
        ({"types": []}, ["types"]),
        ({"types": ["invoice.lost"]}, ["types.0"]),
        ({"types": ["connection.paused"]}, ["types"]),
        ({"connection_ids": []}, ["connection_ids"]),
        ({"connection_ids": [STRANGER]}, ["connection_ids.0"]),
        ({"secret": "mine"}, ["secret"]),
    ],
)
async def test_what_makes_no_endpoint_is_refused(
    plumbline: Plumbline, said: dict[str, Any], fields: list[str]
) -> None:
    """With the field that is wrong, when it is made and when it is changed."""
    answer = await plumbline.http.post(PATH, json={"url": "https://app.example/h", "part": "applies"} | said)
    assert (answer.status_code, name_faults(answer)) == (422, fields)
    made = await make(plumbline)
    answer = await plumbline.http.patch(f"{PATH}/{made['id']}", json=said)
    assert (answer.status_code, name_faults(answer)) == (422, fields)


async def test_one_endpoint_applies_the_changes_of_a_connection(plumbline: Plumbline) -> None:
    """A second one is refused with the name of the first, however it would come to be: made, changed or enabled."""
    one, two = [(await plumbline.open_connection(name))["id"] for name in ("biz_1", "biz_2")]
    first = await make(plumbline, connection_ids=[one])
    second = await make(plumbline, connection_ids=[two], url="https://app.example/two")
    refused = await plumbline.http.post(PATH, json={"url": "https://app.example/3", "part": "applies"})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/endpoint_taken")
    assert refused.json()["endpoint_id"] == first["id"]
    disabled = await make(plumbline, is_enabled=False)
    listening = await make(plumbline, part="listens")
    changes = [
        plumbline.http.post(f"{PATH}/{disabled['id']}/enable"),
        plumbline.http.patch(f"{PATH}/{disabled['id']}", json={"is_enabled": True}),
        plumbline.http.patch(f"{PATH}/{listening['id']}", json={"part": "applies"}),
        plumbline.http.patch(f"{PATH}/{first['id']}", json={"connection_ids": None}),
    ]
    answers = [await change for change in changes]
    assert [(answer.status_code, answer.json()["type"]) for answer in answers] == [
        (409, "/problems/endpoint_taken")
    ] * 4
    assert name_faults(answers[0]) == ["part"]
    assert (await plumbline.http.get(f"{PATH}/{listening['id']}")).json()["part"] == "listens"
    for each in (first, second):
        await plumbline.http.patch(f"{PATH}/{each['id']}", json={"is_enabled": False})
    assert (await plumbline.http.post(f"{PATH}/{disabled['id']}/enable")).status_code == 200


async def test_a_test_is_sent_at_once_and_says_what_came_back(plumbline: Plumbline, odd: OddApp) -> None:
    """Signed by every secret that counts; enabled or not; kept, and never held against the endpoint."""
    made = await make(plumbline, url=odd.webhook_url, types=["contact.changed"], is_enabled=False)
    path = f"{PATH}/{made['id']}"
    new = (await plumbline.http.post(f"{path}/rotate-secret", json={"overlap_hours": 24})).json()
    assert (new["secret"] != made["secret"], len(new["secrets"])) == (True, 2)
    odd.say(200, b"\x00thanks" + b"!" * 3000)
    result = (await plumbline.http.post(f"{path}/test")).json()
    assert (result["is_taken"], result["status"], result["reason"]) == (True, 200, None)
    assert result["answer"].startswith("\ufffdthanks!")
    assert len(result["answer"]) == 2048
    [headers], [message] = odd.headers, odd.received
    assert (headers["webhook-id"], message["type"]) == (result["message_id"], "test")
    [kept] = (await plumbline.http.get(f"{path}/deliveries")).json()["data"]
    assert (kept["state"], kept["message_id"], kept["cursor"]) == ("delivered", result["message_id"], None)
    whole = (await plumbline.http.get(f"{path}/deliveries/{kept['id']}")).json()
    assert json.loads(whole["body"]) == message
    assert len(headers["webhook-signature"].split(" ")) == 2
    at_once = (await plumbline.http.post(f"{path}/rotate-secret", json={"overlap_hours": 0})).json()
    assert [secret["ends_at"] for secret in at_once["secrets"]] == [None]
    odd.say(410)
    failed = (await plumbline.http.post(f"{path}/test")).json()
    assert (failed["is_taken"], failed["status"]) == (False, 410)
    await plumbline.http.patch(path, json={"url": "http://127.0.0.1:1/hook"})
    silent = (await plumbline.http.post(f"{path}/test")).json()
    assert (silent["is_taken"], silent["status"], silent["answer"]) == (False, None, None)
    assert silent["reason"] == "could not be reached (ConnectError)"
    states = (await plumbline.http.get(f"{path}/deliveries")).json()["data"]
    assert [each["state"] for each in states] == ["failed", "failed", "delivered"]
    assert (await plumbline.http.get(path)).json()["failures"] == 0


async def test_an_apps_library_takes_either_secret_while_one_is_replaced(
    plumbline: Plumbline, odd: OddApp
) -> None:
    """Standard Webhooks: several signatures in one header; a rotation sent twice takes nothing away."""
    made = await make(plumbline, url=odd.webhook_url)
    path = f"{PATH}/{made['id']}"
    secrets = [made["secret"]]
    for _ in range(2):
        secrets.append((await plumbline.http.post(f"{path}/rotate-secret", json={})).json()["secret"])
    raw: list[bytes] = []
    odd.keep_raw = raw.append
    await plumbline.http.post(f"{path}/test")
    for secret in secrets:
        Webhook(secret).verify(raw[0], odd.headers[0])
    for _ in range(5):
        assert (await plumbline.http.post(f"{path}/rotate-secret", json={})).status_code == 200
    refused = await plumbline.http.post(f"{path}/rotate-secret", json={})
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/invalid_request")


async def test_what_was_sent_is_listed_and_sent_again(plumbline: Plumbline, odd: OddApp) -> None:
    """Newest first, by state and type, in pages; a replay has the same id and body, and one more attempt."""
    made = await make(plumbline, url=odd.webhook_url, part="listens")
    path, connection = f"{PATH}/{made['id']}", await plumbline.open_connection()
    for number in range(3):
        await plumbline.execute(
            "WITH n AS (INSERT INTO notices (connection_id, type, body) VALUES (:connection, 'connection.paused',"
            " CAST(:body AS jsonb)) RETURNING id) INSERT INTO deliveries (endpoint_id, connection_id, message_id,"
            " type, cursor, is_copy, state) SELECT CAST(:endpoint AS uuid), CAST(:connection AS uuid), 'ntc_' || id,"
            " 'connection.paused', id, true, :state FROM n",
            connection=connection["id"],
            endpoint=made["id"],
            body=json.dumps({"connection_id": connection["id"], "at": f"2026-11-20T04:00:0{number}Z"}),
            state=("given_up", "delivered", "pending")[number],
        )
    first_page = (await plumbline.http.get(f"{path}/deliveries", params={"limit": 2})).json()
    assert [each["state"] for each in first_page["data"]] == ["pending", "delivered"]
    second = {"limit": 2, "cursor": first_page["next"]}
    [lost] = (await plumbline.http.get(f"{path}/deliveries", params=second)).json()["data"]
    narrowed = await plumbline.http.get(f"{path}/deliveries", params={"state": "given_up"})
    assert narrowed.json()["data"] == [lost]
    other = await plumbline.http.get(f"{path}/deliveries", params={"type": "invoice.changed"})
    assert other.json() == {"data": [], "next": None}
    replayed = (await plumbline.http.post(f"{path}/deliveries/{lost['id']}/replay")).json()
    assert (replayed["state"], replayed["attempts"]) == ("delivered", 1)
    assert [attempt["status"] for attempt in replayed["made"]] == [200]
    assert (odd.headers[0]["webhook-id"], odd.received[0]) == (
        lost["message_id"],
        json.loads(replayed["body"]),
    )
    pending = first_page["data"][0]
    waits = (await plumbline.http.post(f"{path}/deliveries/{pending['id']}/replay")).json()
    assert (waits["state"], waits["made"], len(odd.received)) == ("pending", [], 1)
    assert await plumbline.count_nudges() == 1
    odd.say(500)
    failed = (await plumbline.http.post(f"{path}/deliveries/{lost['id']}/replay")).json()
    assert (failed["state"], failed["attempts"], failed["made"][-1]["status"]) == ("delivered", 2, 500)
    await plumbline.http.patch(path, json={"is_enabled": False})
    refused = await plumbline.http.post(f"{path}/deliveries/{lost['id']}/replay")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/endpoint_disabled")
    assert (await plumbline.http.get(f"{path}/deliveries/999999")).status_code == 404


async def test_another_partners_endpoint_is_not_there(plumbline: Plumbline) -> None:
    """Nothing of it can be learnt, changed or tried."""
    made = await make(plumbline)
    other = await create_partner(plumbline.settings, "Another", "https://other.example/hook")
    path = f"{PATH}/{made['id']}"
    async with plumbline.as_partner(other["api_key"]) as stranger:
        answers = [
            await stranger.get(path),
            await stranger.patch(path, json={"is_enabled": False}),
            await stranger.delete(path),
            await stranger.post(f"{path}/enable"),
            await stranger.post(f"{path}/test"),
            await stranger.post(f"{path}/rotate-secret", json={}),
            await stranger.get(f"{path}/deliveries"),
            await stranger.get(f"{path}/deliveries/1"),
            await stranger.post(f"{path}/deliveries/1/replay"),
        ]
        listed = (await stranger.get(PATH)).json()["data"]
    assert {answer.status_code for answer in answers} == {404}
    assert [(each["id"], each["url"], each["part"]) for each in listed] == [
        (other["webhook_endpoint_id"], "https://other.example/hook", "applies")
    ]


async def test_a_key_that_is_no_admins_changes_no_endpoint(plumbline: Plumbline) -> None:
    """FEATURES O10: addresses are for administrators; looking is for everybody."""
    made = await make(plumbline)
    await plumbline.execute("UPDATE api_keys SET role = 'member'")
    path = f"{PATH}/{made['id']}"
    calls = [("post", PATH), ("patch", path), ("delete", path), ("post", f"{path}/test"), ("post", f"{path}/enable"),
             ("post", f"{path}/rotate-secret"), ("post", "/v1/partner/incoming-secret/rotate")]  # fmt: skip
    for method, where in calls:
        more: dict[str, Any] = {} if method == "delete" else {"json": {}}
        assert (await getattr(plumbline.http, method)(where, **more)).status_code == 403
    assert (await plumbline.http.get(path)).status_code == 200


async def test_the_incoming_secret_is_replaced_with_an_overlap(plumbline: Plumbline) -> None:
    """What is signed with either is taken until the overlap ends; with 0 hours the one before ends at once."""
    rotated = (await plumbline.http.post("/v1/partner/incoming-secret/rotate", json={})).json()
    old, new = plumbline.partner["webhook_secret_in"], rotated["secret"]
    assert [await send_event(plumbline, secret, f"msg_{n}") for n, secret in enumerate((old, new))] == [
        200,
        200,
    ]
    last = (await plumbline.http.post("/v1/partner/incoming-secret/rotate", json={"overlap_hours": 0})).json()
    answers = [await send_event(plumbline, secret, "msg_9") for secret in (old, new, last["secret"])]
    assert answers == [401, 401, 200]


async def send_event(plumbline: Plumbline, secret: str, webhook_id: str) -> int:
    """The status of a webhook of the partner's that was signed with a secret."""
    now, body = datetime.now(UTC), json.dumps({"type": "ping"})
    headers = {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(webhook_id, now, body),
    }
    where = f"/webhooks/partner/{plumbline.partner['partner_id']}"
    return (await plumbline.http.post(where, content=body, headers=headers)).status_code


async def test_an_address_inside_is_refused_where_it_is_not_allowed(
    database_url: str, redis_url: str
) -> None:
    """FEATURES T1: as in production; the test sends nowhere either, should the address have been set before."""
    settings = build_settings(database_url, redis_url, allow_internal_addresses=False)
    async with open_plumbline(settings) as plumbline, serve_odd_app() as odd:
        answer = await plumbline.http.post(PATH, json={"url": odd.webhook_url, "part": "applies"})
        assert (answer.status_code, name_faults(answer)) == (422, ["url"])
        made = await make(plumbline, url="https://1.1.1.1/hook")
        await plumbline.execute("UPDATE webhook_endpoints SET url = :url", url=odd.webhook_url)
        result: httpx.Response = await plumbline.http.post(f"{PATH}/{made['id']}/test")
        assert result.json()["reason"] == "the address leads to a network that is not public"
        assert odd.received == []
