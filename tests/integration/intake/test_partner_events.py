"""POST /webhooks/partner/{partner_id}: documents that come as signed webhooks."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from standardwebhooks import Webhook

from app.commands.acts.new_partner import create_partner
from app.db.connections.arrivals import lock_connection
from tests.integration.api.driver import Plumbline, document, line, name_faults


@pytest.fixture(params=[False, True], ids=["whole way", "at once"])
def plumbline(request: pytest.FixtureRequest, plumbline: Plumbline) -> Plumbline:
    """The application, which knows no connection yet, or every one that is opened."""
    plumbline.is_known = request.param
    return plumbline


def changed(path: str, sent: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The webhook that carries a document."""
    data = {"connection_id": path.split("/")[3], "document": sent, **more}
    return {"type": "invoice.changed", "timestamp": "2026-11-20T03:15:00Z", "data": data}


async def post(
    plumbline: Plumbline,
    event: Any,
    *,
    webhook_id: str | None = None,
    secret: str | None = None,
    partner_id: str | None = None,
    age: timedelta = timedelta(),
    **headers: str,
) -> httpx.Response:
    """Deliver a webhook as the partner's app does; `headers` replace those of its signature."""
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    at, webhook_id = datetime.now(UTC) - age, webhook_id or f"msg_{uuid4().hex}"
    signer = Webhook(secret or plumbline.partner["webhook_secret_in"])
    signature = signer.sign(webhook_id, at, body.decode("utf-8", "replace"))
    sent = {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
        **headers,
    }
    address = f"/webhooks/partner/{partner_id or plumbline.partner['partner_id']}"
    async with plumbline.as_partner(None) as app:
        return await app.post(
            address, content=body, headers={name: value for name, value in sent.items() if value}
        )


async def list_outcomes(plumbline: Plumbline) -> list[tuple[str, str]]:
    """What became of every webhook that was stored."""
    rows = await plumbline.execute("SELECT event_type, outcome FROM partner_events ORDER BY id")
    return [(row[0], row[1]) for row in rows]


async def test_a_document_by_webhook_is_the_same_as_by_put(plumbline: Plumbline) -> None:
    """200 with no body, after the commit; link and connection are triggered, a worker is woken."""
    path = await plumbline.open_active()
    answer = await post(plumbline, changed(path, document()))
    assert (answer.status_code, answer.content) == (200, b"")
    invoice = (await plumbline.http.get(f"{path}/invoices/inv_1")).json()
    assert (invoice["state"], invoice["partner"]["version"]) == ("behind", 1)
    assert (await plumbline.get_connection(path)).generation == 1
    assert await plumbline.count_nudges() == 1
    assert await list_outcomes(plumbline) == [("invoice.changed", "created")]
    assert (await plumbline.http.put(f"{path}/invoices/inv_1", json=document())).status_code == 200
    assert (await plumbline.get_connection(path)).generation == 1


@pytest.mark.parametrize(
    "waits",
    [
        "state = 'paused'",
        "state = 'disconnected'",
        "retry_at = now() + interval '1 minute', retry_reason = 'rate_limited: Xero said so.'",
        "next_run_at = now() + interval '1 hour'",
    ],
)
async def test_nobody_is_woken_for_a_connection_that_has_to_wait(plumbline: Plumbline, waits: str) -> None:
    """The document is stored and the link is behind all the same: timers find it when the time has come."""
    path = await plumbline.open_active()
    await plumbline.execute(f"UPDATE connections SET {waits}")  # noqa: S608 - the words above
    assert (await post(plumbline, changed(path, document()))).status_code == 200
    assert (await plumbline.http.put(f"{path}/invoices/inv_2", json=document(id="inv_2"))).status_code == 201
    assert await plumbline.count_nudges() == 0
    connection = await plumbline.get_connection(path)
    assert (connection.is_behind, connection.generation) == (True, 2)


async def test_people_are_woken_for_where_a_bulk_alone_has_to_wait(plumbline: Plumbline) -> None:
    """What is left of Xero's limits is theirs."""
    path = await plumbline.open_active()
    await plumbline.execute(
        "UPDATE connections SET retry_at = now() + interval '1 minute', bulk_waits = true"
    )
    assert (await post(plumbline, changed(path, document()))).status_code == 200
    assert await plumbline.count_nudges() == 1


async def test_a_webhook_is_taken_once(plumbline: Plumbline) -> None:
    """Repeats of one id, also many at once and also with another body, change nothing and are answered 200."""
    path = await plumbline.open_active()
    answers = await asyncio.gather(
        *(post(plumbline, changed(path, document()), webhook_id="msg_1") for _ in range(5))
    )
    answers.append(await post(plumbline, changed(path, document(version=2)), webhook_id="msg_1"))
    assert {answer.status_code for answer in answers} == {200}
    assert await list_outcomes(plumbline) == [("invoice.changed", "created")]
    assert (await plumbline.get_connection(path)).generation == 1
    assert (await plumbline.http.get(f"{path}/invoices/inv_1")).json()["partner"]["version"] == 1


async def test_webhooks_out_of_order_leave_the_newest(plumbline: Plumbline) -> None:
    """The older one is 200 all the same, since sending it again would not help; its outcome says stale."""
    path = await plumbline.open_active()
    for version in (3, 2, 3, 4):
        assert (await post(plumbline, changed(path, document(version=version)))).status_code == 200
    assert [outcome for _, outcome in await list_outcomes(plumbline)] == [
        "created",
        "stale",
        "unchanged",
        "updated",
    ]
    assert (await plumbline.http.get(f"{path}/invoices/inv_1")).json()["partner"]["version"] == 4


WRONG: dict[str, dict[str, Any]] = {
    "another secret": {"secret": "whsec_c29tZSBvdGhlciBzZWNyZXQ="},
    "no signature": {"webhook-signature": ""},
    "no id": {"webhook-id": ""},
    "no timestamp": {"webhook-timestamp": ""},
    "a signature that is none": {"webhook-signature": "v1,%%% v1"},
    "an unknown version": {"webhook-signature": "v9,AAAA"},
    "another id": {"webhook-id": "msg_other"},
    "a timestamp that is none": {"webhook-timestamp": "yesterday"},
    "an endless timestamp": {"webhook-timestamp": "inf"},
    "six minutes ago": {"age": timedelta(minutes=6)},
    "in six minutes": {"age": -timedelta(minutes=6)},
    "an unknown partner": {"partner_id": "00000000-0000-4000-8000-000000000000"},
    "a partner's id that is none": {"partner_id": "par_1"},
}


async def test_what_the_partner_did_not_sign_is_refused_without_a_word(plumbline: Plumbline) -> None:
    """401 with no body, the same for every cause; nothing is stored."""
    path = await plumbline.open_active()
    for wrong in WRONG.values():
        answer = await post(plumbline, changed(path, document()), **wrong)
        assert (answer.status_code, answer.content) == (401, b""), wrong
        assert "set-cookie" not in answer.headers, wrong
        assert await plumbline.count("partner_events") == await plumbline.count("invoice_links") == 0, wrong


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (document(lines=[line(unit_price="1.00001")]), "data.document.lines.0.unit_price"),
        (document(lines=[line(), line()], total=None), "data.document.lines.1.id"),
        (document(total="-1.00"), "data.document.total"),
        (document(total="1.00"), "data.document.total"),
        (document(currency="USD"), "data.document.currency"),
        (document(colour="red"), "data.document.colour"),
        (document(version="1"), "data.document.version"),
        (document(based_on=9), "data.document.based_on"),
        (document(reference="a\x00"), "body"),
    ],
)
async def test_a_bad_document_is_refused_by_field(
    plumbline: Plumbline, event: dict[str, Any], field: str
) -> None:
    """A problem that names the field from the body's root; nothing is stored, so the mended one may reuse the id."""
    path = await plumbline.open_active()
    before = await plumbline.get_connection(path)
    answer = await post(plumbline, changed(path, event), webhook_id="msg_1")
    assert answer.status_code == (400 if field == "body" else 422)
    assert name_faults(answer) == [field]
    assert field != "body" or "without a NUL" in answer.json()["errors"][0]["message"]
    assert await plumbline.count("partner_events") == await plumbline.count("invoice_links") == 0
    assert await plumbline.get_connection(path) == before
    assert (await post(plumbline, changed(path, document()), webhook_id="msg_1")).status_code == 200
    assert await plumbline.count("invoice_links") == 1


NO_WEBHOOKS: list[tuple[bytes, int, str]] = [
    (b"{", 400, "body"),
    (b'{"type": NaN}', 400, "body"),
    (b'{"type": 1e999}', 400, "body"),
    (b"[]", 422, "type"),
    (b'{"type": 7}', 422, "type"),
    (b'{"type": "invoice.changed"}', 422, "data"),
    (b'{"type": "invoice.changed", "data": []}', 422, "data"),
]


async def test_a_signed_body_that_is_no_webhook_is_refused(plumbline: Plumbline) -> None:
    """A problem that says what is wrong, and nothing is stored."""
    for body, status, field in NO_WEBHOOKS:
        answer = await post(plumbline, body)
        assert (answer.status_code, name_faults(answer)) == (status, [field]), body
        assert await plumbline.count("partner_events") == 0, body


async def test_bytes_that_are_no_text_are_not_signed_by_anybody(plumbline: Plumbline) -> None:
    """A signature is over text: 401."""
    assert (await post(plumbline, b"\xff\xfe")).status_code == 401


async def test_a_connection_that_is_not_the_partners_is_named(plumbline: Plumbline) -> None:
    """An unknown one and another partner's are the same 422, whatever the document says."""
    path = await plumbline.open_active()
    other = await create_partner(plumbline.settings, "Another", None)
    theirs = await post(
        plumbline,
        changed(path, document()),
        partner_id=other["partner_id"],
        secret=other["webhook_secret_in"],
    )
    unknown = await post(plumbline, changed(f"/v1/connections/{UUID(int=7)}", document()))
    for answer in (theirs, unknown):
        assert (answer.status_code, name_faults(answer)) == (422, ["data.connection_id"])
    assert theirs.json()["detail"] == unknown.json()["detail"]
    assert await plumbline.count("invoice_links") == 0


async def test_a_type_that_we_do_not_know_is_kept_and_ignored(plumbline: Plumbline) -> None:
    """200: an app may send more than we use, and sending it again would not help."""
    answer = await post(plumbline, {"type": "invoice.viewed", "data": {"anything": [1, None]}})
    assert answer.status_code == 200
    assert await list_outcomes(plumbline) == [("invoice.viewed", "ignored")]


async def test_a_body_over_a_megabyte_is_refused(plumbline: Plumbline) -> None:
    """413, however it is signed."""
    path = await plumbline.open_active()
    answer = await post(plumbline, changed(path, document(reference="x" * 1_100_000)))
    assert answer.status_code == 413


async def test_a_business_that_is_worked_on_keeps_no_other_waiting(plumbline: Plumbline) -> None:
    """While the loop holds one connection, documents of another are on disk and answered; its own wait for it."""
    held, free = await plumbline.open_active(), await plumbline.open_active()
    connection_id = UUID(held.split("/")[3])
    async with plumbline.database.writing() as session:
        await lock_connection(session, connection_id)
        waiting = [
            asyncio.create_task(post(plumbline, changed(held, document()))),
            asyncio.create_task(plumbline.http.put(f"{held}/invoices/inv_2", json=document(id="inv_2"))),
        ]
        answers = [
            await post(plumbline, changed(free, document())),
            await plumbline.http.put(f"{free}/invoices/inv_2", json=document(id="inv_2")),
        ]
        assert [answer.status_code for answer in answers] == [200, 201]
        assert not any(task.done() for task in waiting)
    assert [answer.status_code for answer in await asyncio.gather(*waiting)] == [200, 201]


async def test_webhooks_of_one_moment_are_each_taken_by_themselves(plumbline: Plumbline) -> None:
    """Of several together each has its own outcome: news, the same twice, a refusal, what nobody knows."""
    path = await plumbline.open_active()
    twice = changed(path, document())
    answers = await asyncio.gather(
        post(plumbline, twice, webhook_id="msg_twice"),
        post(plumbline, twice, webhook_id="msg_twice"),
        post(plumbline, changed(path, document(id="inv_2", currency="XXX"))),
        post(plumbline, changed(path, document(id="inv_3", version=2))),
        post(plumbline, changed(path, document(id="inv_3"))),
        post(plumbline, {"type": "job.changed", "data": {}}),
        post(plumbline, changed(f"/v1/connections/{uuid4()}", document())),
    )
    assert [answer.status_code for answer in answers] == [200, 200, 422, 200, 200, 200, 422]
    stored = sorted(await list_outcomes(plumbline))
    assert [outcome for _, outcome in stored if outcome in ("created", "ignored")] == [
        "created",
        "created",
        "ignored",
    ]
    assert len(stored) == 4
