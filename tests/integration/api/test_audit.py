"""The audit log: what is told, by whom, in one order; that it only grows; and that tampering shows."""

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from app.commands.acts.new_partner import create_partner
from app.db.upkeep.audit import check_log
from tests.integration.api.driver import Plumbline, document, name_faults
from tests.integration.api.test_decisions import HELD, RECORD, add_conflict

Json = dict[str, Any]


async def listed(plumbline: Plumbline, **wanted: Any) -> list[Json]:
    """The partner's log."""
    answer = await plumbline.http.get("/v1/audit", params=wanted)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"])


async def do_everything(plumbline: Plumbline) -> str:
    """Acts of every kind; the connection's address."""
    path = await plumbline.open_active()
    key = await plumbline.make_key("read")
    await plumbline.http.post(f"/v1/keys/{key['id']}/rotate", json={})
    await plumbline.http.delete(f"/v1/keys/{key['id']}")
    endpoint = {"url": "https://app.example/hook?token=secret", "part": "listens"}
    where = f"/v1/webhook-endpoints/{(await plumbline.http.post('/v1/webhook-endpoints', json=endpoint)).json()['id']}"
    await plumbline.http.patch(where, json={"description": "words"})
    await plumbline.http.post(f"{where}/rotate-secret", json={})
    await plumbline.http.delete(where)
    await plumbline.http.put(f"{path}/read-endpoint", json={"url": "https://app.example/read"})
    await plumbline.http.delete(f"{path}/read-endpoint")
    app = {"name": "Ours", "client_id": "9F3A", "client_secret": "the secret that Xero showed"}
    known = (await plumbline.http.post("/v1/xero-apps", json=app)).json()
    await plumbline.http.patch(f"/v1/xero-apps/{known['id']}", json={"client_secret": "another secret of it"})
    await plumbline.http.patch(f"{path}/settings", json={"sync_from": "2026-07-01"})
    await plumbline.http.put(f"{path}/invoices/inv_1", json=document(id="inv_1"))
    await plumbline.execute(
        "UPDATE invoice_links SET record = :record, partner_shadow = :record, xero_shadow = :record,"
        " open_conflicts = '[\"reference\"]', xero_invoice_id = 'x-1'",
        record=json.dumps(RECORD),
    )
    await add_conflict(plumbline, "reference", HELD)
    conflict = (await plumbline.http.get(f"{path}/conflicts")).json()["data"][0]["id"]
    await plumbline.http.post(f"{path}/conflicts/{conflict}/resolve", json={"action": "take_xero"})
    for act in ("pause", "pause", "resume"):
        await plumbline.http.post(f"{path}/{act}")
    await plumbline.http.delete(path)
    return path


async def test_every_act_is_told_once_and_by_whom(plumbline: Plumbline) -> None:
    """In the order in which it was done, with the key that did it, and without secrets or words of people."""
    path = await do_everything(plumbline)
    entries = await listed(plumbline)
    told = [(entry["action"], entry["facts"].get("after")) for entry in entries]
    made_active = [("connection_opened", None), ("settings_changed", None)]
    assert told[:2] == [("partner_made", None), ("key_made", None)]
    assert [entry["actor"] for entry in entries[:2]] == ["operator", "operator"]
    assert set(made_active) <= set(told)
    after = [each for each in told[2:] if each not in made_active]
    assert after == [
        ("key_made", None),
        ("key_made", None),
        ("key_rotated", None),
        ("key_revoked", None),
        ("endpoint_made", None),
        ("endpoint_changed", None),  # it is enabled
        ("endpoint_changed", None),
        ("secret_rotated", None),
        ("endpoint_deleted", None),
        ("read_endpoint_set", None),
        ("read_endpoint_deleted", None),
        ("xero_app_registered", None),
        ("xero_app_changed", None),
        ("decision_taken", None),
        ("connection_moved", "paused"),
        ("connection_moved", "active"),
        ("connection_moved", "removed"),
    ]
    caller = (await plumbline.http.get("/v1/partner")).json()["key"]["id"]
    by_key = [entry for entry in entries if entry["actor"] == "api_key"]
    assert {entry["key_id"] for entry in by_key} == {caller}
    assert len(by_key) >= len(after)
    whole = str(entries)
    assert [
        word for word in ("secret that", "another secret", "token=", "words", "Kim") if word in whole
    ] == []
    of_one = await listed(plumbline, connection_id=path.rpartition("/")[2], action="connection_moved")
    assert len(of_one) == 3
    page = (await plumbline.http.get("/v1/audit", params={"limit": 2})).json()
    rest = await listed(plumbline, cursor=page["next"], limit=500)
    assert page["data"] + rest == entries


async def test_the_log_is_read_from_its_newest_entry_on(plumbline: Plumbline) -> None:
    """Page by page, narrowed or not: the same entries as from the oldest on, the other way round."""
    await do_everything(plumbline)
    for narrowed in ({}, {"action": "connection_moved"}):
        oldest_first = [each["id"] for each in await listed(plumbline, **narrowed)]
        walked: list[int] = []
        cursor: dict[str, str] | None = {}
        while cursor is not None:
            asked = {**narrowed, **cursor, "sort": "-created", "limit": "4"}
            page = (await plumbline.http.get("/v1/audit", params=asked)).json()
            walked += [each["id"] for each in page["data"]]
            cursor = {"cursor": page["next"]} if page["next"] else None
        assert walked == oldest_first[::-1]
        assert len(walked) > 1


async def test_the_log_is_for_admins_of_its_partner(plumbline: Plumbline) -> None:
    """A member's key is refused, and another partner sees its own alone."""
    for role in ("read", "member"):
        async with plumbline.as_partner((await plumbline.make_key(role))["key"]) as lesser:
            refused = await lesser.get("/v1/audit")
            assert (refused.status_code, name_faults(refused)) == (403, [])
    other = await create_partner(plumbline.settings, "Another", None)
    async with plumbline.as_partner(other["api_key"]) as stranger:
        seen = (await stranger.get("/v1/audit")).json()["data"]
    assert [entry["action"] for entry in seen] == ["partner_made", "key_made"]


async def test_the_log_only_grows(plumbline: Plumbline) -> None:
    """PostgreSQL refuses to change, delete or empty it; what was rolled back is not in it."""
    for statement in (
        "UPDATE audit_entries SET action = 'nothing'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
    ):
        with pytest.raises(DBAPIError, match="only grows"):
            await plumbline.execute(statement)
    before = await listed(plumbline)
    last = await plumbline.http.delete(f"/v1/keys/{before[1]['subject']}")
    assert last.status_code == 409
    assert await listed(plumbline) == before


async def test_acts_at_once_make_one_chain_and_tampering_shows(plumbline: Plumbline) -> None:
    """However many write at the same moment; whoever gets around the trigger breaks every hash from there on."""
    partner_id = plumbline.partner["partner_id"]
    made = [plumbline.make_key("read") for _ in range(8)]
    await asyncio.gather(*made, *(plumbline.open_connection(f"biz_{n}") for n in range(8)))
    async with plumbline.database.reading() as session:
        whole = await check_log(session, UUID(partner_id))
    assert (whole.entries, whole.broken_at) == (18, None)
    assert len(await listed(plumbline)) == 18
    assert (await listed(plumbline))[-1]["hash"] == whole.head.hex()
    entry = (await listed(plumbline))[5]["id"]
    await plumbline.execute("ALTER TABLE audit_entries DISABLE TRIGGER USER")
    await plumbline.execute("UPDATE audit_entries SET key_id = NULL WHERE id = :id", id=entry)
    async with plumbline.database.reading() as session:
        assert (await check_log(session, UUID(partner_id))).broken_at == entry
