"""A connection's whole life: taken over, refused for a moment, cut off in the middle, asleep for months, removed."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

from app.reconcile.lease import LEASE_SPAN
from app.reconcile.timers import keep_alive
from app.wiring.ground import build_vault
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import (
    ask,
    assert_in_step,
    connection,
    held_up,
    in_the_middle,
    later,
    numbers_in_xero,
    rows,
    standing,
    writes_since,
)


async def list_told(house: House) -> list[Json]:
    """The notices that the partner's app has taken, oldest first."""
    return list((await ask(house.app.get("/notices")))["data"])


async def list_kinds_told(house: House) -> list[str]:
    """What they were about."""
    return [notice["type"].removeprefix("connection.") for notice in await list_told(house)]


async def withdraw_consent(house: House) -> None:
    """The person ends every token of theirs, as Xero's revocation does."""
    [row] = await rows(house, "SELECT refresh_token FROM token_sets")
    form = {"token": build_vault(house.settings).decrypt(row["refresh_token"])}
    client = (house.settings.xero_client_id, house.settings.xero_client_secret.get_secret_value())
    async with httpx.AsyncClient() as http:
        (await http.post(f"{house.xero_root}/connect/revocation", data=form, auth=client)).raise_for_status()


async def entries_in_xero(house: House) -> list[Json]:
    """What Xero lists as connected to the app."""
    return list((await ask(house.xero.get("/state")))["connections"])


@pytest.mark.proof
async def test_t13_n3_another_person_takes_over_and_every_link_resumes(house: House) -> None:
    """The owner left: lost, told, and with the bookkeeper's consent all of what came meanwhile goes both ways (N3)."""
    await house.write()
    await house.write("inv_2")
    await house.drain()
    await ask(house.xero.post("/disconnect", json={"tenant_id": house.tenant_id}))
    await house.edit(reference="PO 2")
    await house.drain()
    assert (await connection(house))["state"] == "disconnected"
    await house.edit_xero("N-inv_2", Reference="PO 22")
    await house.write("inv_3")
    again = await ask(house.api.post(f"{house.path}/authorise"))
    page = await house.consent(again["authorise_url"], user="bookkeeper@plumb.example")
    assert page.is_success, page.text
    await house.drain()
    for each in ("inv_1", "inv_2", "inv_3"):
        await assert_in_step(house, each, f"N-{each}")
    assert (await house.in_app("inv_2"))["reference"] == "PO 22"
    assert await numbers_in_xero(house) == ["N-inv_1", "N-inv_2", "N-inv_3"]
    told = await list_told(house)
    assert [notice["type"] for notice in told[-2:]] == ["connection.disconnected", "connection.connected"]
    assert (told[-2]["business_id"], told[-2]["next_step"]["code"]) == ("biz_1", "authorise_again")
    await house.parts.closings.close_due()
    assert [each["user"] for each in await entries_in_xero(house)] == ["bookkeeper@plumb.example"]


async def test_one_refusal_among_good_answers_ends_nothing(house: House) -> None:
    """Xero says 403 once, or knows no token once, while it lists the organisation: tried again, and nobody alarmed."""
    await house.write()
    await house.drain()
    told = await list_kinds_told(house)
    for kind in ("token_revoked", "token_unknown"):
        await house.fault(kind, "POST", "/Invoices")
        await house.edit(reference=f"PO {kind}")
        await house.drain()
        assert (await connection(house))["state"] == "active"
        await house.wait()
        assert (await house.in_xero())["Reference"] == f"PO {kind}"
    await assert_in_step(house)
    assert await list_kinds_told(house) == told


@pytest.mark.proof
async def test_a_consent_withdrawn_in_the_middle_of_a_batch_ends_in_a_state(house: House) -> None:
    """Some invoices are there and some are not: disconnected and told at once; nothing is lost or made twice after."""
    await house.write("inv_0")
    await house.drain()
    for number in range(1, 4):
        await house.write(f"inv_{number}", contact={"id": f"cus_{number}", "name": f"Customer {number}"})
    async with in_the_middle(house, "PUT", "/Contacts"):
        await withdraw_consent(house)
    lost = await connection(house)
    assert (lost["state"], lost["next_step"]["code"]) == ("disconnected", "authorise_again")
    assert "withdrawn" in lost["reason"]
    await house.drain()
    assert (await list_kinds_told(house))[-1] == "disconnected"
    again = await ask(house.api.post(f"{house.path}/authorise"))
    assert (await house.consent(again["authorise_url"])).is_success
    await house.drain()
    assert await numbers_in_xero(house) == [f"N-inv_{number}" for number in range(4)]
    for number in range(1, 4):
        assert await standing(house, f"inv_{number}") == ("settled", None)


@pytest.mark.proof
async def test_a_paused_connection_outlives_xeros_sixty_days(house: House) -> None:
    """The timer refreshes what nobody uses, half-way through; found dead, it says so without anybody's work."""
    await house.write()
    await house.drain()
    await ask(house.api.post(f"{house.path}/pause"))
    for _ in range(3):
        await later(house, timedelta(days=31))
        assert await house.parts.keep_alive.keep_alive() == 1
        assert await house.parts.keep_alive.keep_alive() == 0
    await house.edit(reference="PO 2")
    await ask(house.api.post(f"{house.path}/resume"))
    await house.drain()
    assert (await house.in_xero())["Reference"] == "PO 2"
    await ask(house.api.post(f"{house.path}/pause"))
    await later(house, timedelta(days=61))
    await house.parts.keep_alive.keep_alive()
    lost = await connection(house)
    assert lost["state"] == "disconnected"
    assert "sixty days" in lost["reason"]
    await house.drain()
    assert (await list_kinds_told(house))[-1] == "disconnected"
    again = await ask(house.api.post(f"{house.path}/authorise"))
    assert (await house.consent(again["authorise_url"])).is_success
    assert (await connection(house))["state"] == "paused", "a consent resumes nothing that somebody paused"


async def join_by_broken_app(house: House) -> None:
    """Another business of the partner's was joined before, by a Xero app whose secret nobody told us anew."""
    new = {"name": "Own", "client_id": "of another secret", "client_secret": "no more what it was"}
    app = await ask(house.api.post("/v1/xero-apps", json=new))
    wanted = {"business_id": "biz_2", "xero_app_id": app["id"]}
    opened = await ask(house.api.post("/v1/connections", json=wanted))
    joined = (
        "WITH new AS (INSERT INTO token_sets (id, xero_app_id, access_token, refresh_token, expires_at, scopes,"
        " xero_user_id, refreshed_at) SELECT gen_random_uuid(), CAST(:app AS uuid), access_token, refresh_token,"
        " expires_at, scopes, 'another', refreshed_at - interval '1 hour' FROM token_sets RETURNING id)"
        " UPDATE connections SET token_set_id = new.id FROM new WHERE connections.id = CAST(:id AS uuid)"
    )
    async with house.database.writing() as session:
        await session.execute(text(joined), {"app": app["id"], "id": opened["id"]})


@pytest.mark.proof
async def test_an_app_that_xero_refuses_costs_nobody_else_the_consent(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its tokens stay idle however often they are tried; those of others have their turn before sixty days are over."""
    await join_by_broken_app(house)
    await ask(house.api.post(f"{house.path}/pause"))
    monkeypatch.setattr(keep_alive, "AT_ONCE", 1)
    for _ in range(2):
        await later(house, timedelta(days=31))
        for _ in range(24):
            await house.parts.keep_alive.keep_alive()
    assert (await connection(house))["state"] == "paused"
    await house.write()
    await ask(house.api.post(f"{house.path}/resume"))
    await house.drain()
    assert await numbers_in_xero(house) == ["N-inv_1"]


async def test_a_connection_removed_in_the_middle_of_its_work_stays_removed(house: House) -> None:
    """What was under way ends, nothing more is sent, and the refusal of a later call makes nothing else of it."""
    await house.write()
    await house.drain()
    await house.edit(reference="PO 2")
    await house.write("inv_2")
    seen = await house.last_call()
    async with in_the_middle(house, "GET", "/Invoices"):
        assert (await ask(house.api.delete(house.path)))["state"] == "removed"
        house.clock.advance(timedelta(minutes=1))
        await house.parts.closings.close_due()
    assert await entries_in_xero(house) == []
    made = await writes_since(house, seen)
    await house.drain()
    await house.parts.keep_alive.keep_alive()
    ended = await connection(house)
    assert (ended["state"], ended["reason"]) == (
        "removed",
        "Removed by the partner, and disconnected in Xero.",
    )
    assert await writes_since(house, seen) == made
    assert (await list_kinds_told(house))[-1] == "removed"
    assert await rows(house, "SELECT 1 FROM token_sets") == []
    assert (await house.resource())["id"] == "inv_1", "everything is kept"


async def test_a_connection_removed_while_its_consent_is_brought_to_an_end_stays_removed(
    house: House,
) -> None:
    """The person is told so, nothing is made to work again, and Xero is told."""
    again = await ask(house.api.post(f"{house.path}/authorise"))
    async with held_up(house, "GET", "/Organisation") as arrival:
        consent = asyncio.create_task(house.consent(again["authorise_url"]))
        await arrival()
        assert (await ask(house.api.delete(house.path)))["state"] == "removed"
    page = await consent
    assert (page.status_code, "was removed in the meantime" in page.text) == (400, True)
    house.clock.advance(timedelta(minutes=1))
    await house.parts.closings.close_due()
    await house.drain()
    ended = await connection(house)
    told = "Removed by the partner, and disconnected in Xero."
    assert (ended["state"], ended["reason"]) == ("removed", told)
    assert (await list_kinds_told(house))[-1] == "removed"
    assert await entries_in_xero(house) == []


async def test_a_worker_that_lost_its_lease_ends_no_connection(house: House) -> None:
    """It hung past its lease and then met a 403: another has the connection now, and its verdict is not recorded."""
    await house.write()
    await house.drain()
    await house.edit(reference="PO 2")
    async with in_the_middle(house, "GET", "/Invoices"):
        await ask(house.xero.post("/disconnect", json={"tenant_id": house.tenant_id}))
        async with house.database.writing() as session:
            await session.execute(text("UPDATE connections SET lease_owner = 'another'"))
    assert (await connection(house))["state"] == "active"
    house.clock.advance(LEASE_SPAN + timedelta(seconds=1))
    await house.drain()
    assert (await connection(house))["state"] == "disconnected"
    assert (await list_kinds_told(house))[-1] == "disconnected"
