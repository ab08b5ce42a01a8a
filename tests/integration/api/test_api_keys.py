"""API keys by API: made, shown, rotated with an overlap, revoked, and never so that a partner is shut out (O10)."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.api.access.keyring import MOST_KEYS, list_partner_keys
from app.clock import ManualClock
from app.commands.acts.new_partner import create_partner
from tests.integration.api.driver import Plumbline, name_faults, open_plumbline
from tests.integration.api.operations import NOWHERE

Json = dict[str, Any]
DAY = 86_400


@pytest.fixture
def clock(plumbline: Plumbline) -> ManualClock:
    """The time of the API."""
    clock = ManualClock()
    plumbline.use_clock(clock)
    return clock


async def is_let_in(plumbline: Plumbline, key: str) -> bool:
    """Whether a key can be called with."""
    async with plumbline.as_partner(key) as caller:
        status = (await caller.get("/v1/partner")).status_code
    assert status in (200, 401)
    return status == 200


async def get_first(plumbline: Plumbline) -> Json:
    """The partner's first key."""
    first: Json = (await plumbline.http.get("/v1/keys", params={"limit": 1})).json()["data"][0]
    return first


def kind(answer: Any) -> str:
    """The code of a problem."""
    return str(answer.json()["type"]).removeprefix("/problems/")


async def test_a_key_lives_and_ends(plumbline: Plumbline, clock: ManualClock) -> None:
    """Shown whole once; told apart by name and prefix; over at its end, without anybody doing anything."""
    end = clock.now() + timedelta(days=30)
    made = await plumbline.make_key("member", expires_at=end.isoformat())
    assert made["key"].startswith(made["prefix"])
    location = f"/v1/keys/{made['id']}"
    shown = (await plumbline.http.get(location)).json()
    assert shown == {name: value for name, value in made.items() if name != "key"}
    assert (shown["state"], shown["role"], shown["last_used_at"]) == ("in_force", "member", None)
    listed = await plumbline.http.get("/v1/keys")
    assert shown in listed.json()["data"]
    assert made["key"] not in listed.text
    assert await is_let_in(plumbline, made["key"])
    clock.advance(timedelta(days=30))
    assert not await is_let_in(plumbline, made["key"])
    assert (await plumbline.http.get(location)).json()["state"] == "expired"
    ended = await plumbline.http.post(f"{location}/rotate")
    assert (ended.status_code, kind(ended)) == (409, "key_ended")


async def test_who_calls_is_told(plumbline: Plumbline) -> None:
    """The partner, and the key of this very call."""
    made = await plumbline.make_key("read")
    async with plumbline.as_partner(made["key"]) as caller:
        told = (await caller.get("/v1/partner")).json()
    assert (told["id"], told["name"]) == (plumbline.partner["partner_id"], "Tradie Tools")
    assert (told["key"]["id"], told["key"]["role"]) == (made["id"], "read")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["name", "role"]),
        ({"name": "a", "role": "owner"}, ["role"]),
        ({"name": "a", "role": "read", "expires_at": "2026-11-20T03:15:00Z"}, ["expires_at"]),
        ({"name": "a", "role": "read", "expires_at": "9999-12-31T00:00:00Z"}, ["expires_at"]),
        ({"name": "a", "role": "read", "expires_at": "2027-01-01T00:00:00"}, ["expires_at"]),
        ({"name": "a", "role": "read", "key": "plk_mine"}, ["key"]),
    ],
)
async def test_what_cannot_be_a_key_is_refused(
    plumbline: Plumbline, clock: ManualClock, body: Json, fields: list[str]
) -> None:
    """By the name of each field; nothing is made."""
    refused = await plumbline.http.post("/v1/keys", json=body)
    assert (refused.status_code, name_faults(refused)) == (422, fields)
    assert await plumbline.count("api_keys") == 1


async def test_a_rotated_key_goes_on_beside_the_new_one(plumbline: Plumbline, clock: ManualClock) -> None:
    """Both are good until the overlap ends; rotated twice it would have two heirs, which is refused."""
    old = await plumbline.make_key("member")
    path = f"/v1/keys/{old['id']}/rotate"
    rotated = await plumbline.http.post(path, json={"overlap_seconds": 2 * DAY})
    new = rotated.json()
    assert rotated.status_code == 201
    assert rotated.headers["location"] == f"/v1/keys/{new['id']}"
    assert (new["name"], new["role"], new["expires_at"]) == (old["name"], "member", None)
    assert (new["replaced"]["id"], new["replaced"]["replaced_by"]) == (old["id"], new["id"])
    assert [await is_let_in(plumbline, each["key"]) for each in (old, new)] == [True, True]
    again = await plumbline.http.post(path)
    assert (again.status_code, kind(again), again.json()["replaced_by"]) == (409, "key_ended", new["id"])
    clock.advance(timedelta(days=2))
    assert [await is_let_in(plumbline, each["key"]) for each in (old, new)] == [False, True]
    for bad in (-1, 7 * DAY + 1, "60"):
        refused = await plumbline.http.post(f"/v1/keys/{new['id']}/rotate", json={"overlap_seconds": bad})
        assert (refused.status_code, name_faults(refused)) == (422, ["overlap_seconds"])


async def test_a_revoked_key_is_refused_at_once_by_every_process(plumbline: Plumbline) -> None:
    """Whichever process it reaches next; a second revocation changes nothing."""
    key = await plumbline.make_key("member")
    async with open_plumbline(plumbline.settings) as other_process:
        assert await is_let_in(other_process, key["key"])
        first = await plumbline.http.delete(f"/v1/keys/{key['id']}")
        assert (first.status_code, first.json()["state"]) == (200, "revoked")
        assert not await is_let_in(other_process, key["key"])
    assert (await plumbline.http.delete(f"/v1/keys/{key['id']}")).json() == first.json()


async def test_no_call_shuts_a_partner_out(plumbline: Plumbline, clock: ManualClock) -> None:
    """The last admin's key stays, and none goes that outlasts the others; one that leaked can always be rotated."""
    first = await get_first(plumbline)
    await plumbline.make_key("member")
    soon = (clock.now() + timedelta(days=1)).isoformat()
    short = await plumbline.make_key("admin", expires_at=soon)
    refused = await plumbline.http.delete(f"/v1/keys/{first['id']}")
    assert (refused.status_code, kind(refused)) == (409, "last_admin_key")
    assert "Make another one first" in refused.json()["detail"]
    assert (await plumbline.http.delete(f"/v1/keys/{short['id']}")).status_code == 200
    rotated = await plumbline.http.post(f"/v1/keys/{first['id']}/rotate", json={"overlap_seconds": 0})
    assert rotated.status_code == 201
    assert not await is_let_in(plumbline, plumbline.partner["api_key"])
    assert await is_let_in(plumbline, rotated.json()["key"])


async def test_two_admins_who_revoke_each_other_leave_one(plumbline: Plumbline) -> None:
    """At the same moment, in two transactions: the second sees that it would be the last."""
    first, second = await get_first(plumbline), await plumbline.make_key("admin")
    async with plumbline.as_partner(second["key"]) as other:
        answers = await asyncio.gather(
            plumbline.http.delete(f"/v1/keys/{second['id']}"), other.delete(f"/v1/keys/{first['id']}")
        )
    assert sorted(answer.status_code for answer in answers)[0] == 200
    [row] = await plumbline.execute(
        "SELECT count(*) FROM api_keys WHERE revoked_at IS NULL AND role = 'admin'"
    )
    assert row[0] == 1


async def test_another_partners_keys_are_as_ones_that_do_not_exist(plumbline: Plumbline) -> None:
    """Neither shown, nor rotated, nor revoked; the list is each partner's own, by pages."""
    mine = await get_first(plumbline)
    other = await create_partner(plumbline.settings, "Another", None)
    async with plumbline.as_partner(other["api_key"]) as stranger:
        for key_id in (mine["id"], NOWHERE):
            path = f"/v1/keys/{key_id}"
            answers = [
                await stranger.get(path),
                await stranger.post(f"{path}/rotate"),
                await stranger.delete(path),
            ]
            assert [answer.status_code for answer in answers] == [404] * 3
            assert {answer.json()["detail"] for answer in answers} == {"You have no key with that id."}
        assert mine["id"] not in (await stranger.get("/v1/keys")).text
    made = [(await plumbline.make_key("read"))["id"] for _ in range(2)]
    page = (await plumbline.http.get("/v1/keys", params={"limit": 2})).json()
    rest = (await plumbline.http.get("/v1/keys", params={"limit": 2, "cursor": page["next"]})).json()
    assert [key["id"] for key in page["data"] + rest["data"]] == [mine["id"], *made]
    assert rest["next"] is None
    kept = await list_partner_keys(plumbline.database, UUID(plumbline.partner["partner_id"]))
    assert [str(key.id) for key in kept] == [mine["id"], *made]


async def test_a_use_is_noted_at_most_once_a_minute(plumbline: Plumbline, clock: ManualClock) -> None:
    """No other call writes anything; a call that fails is a use as well."""
    key = await plumbline.make_key("read")
    first = clock.now()
    uses = []
    async with plumbline.as_partner(key["key"]) as caller:
        for seconds in (0, 59, 1, 30):
            clock.advance(timedelta(seconds=seconds))
            await asyncio.gather(*(caller.get("/v1/connections/nonsense") for _ in range(3)))
            [row] = await plumbline.execute(
                "SELECT last_used_at, xmin::text FROM api_keys WHERE id::text = :id", id=key["id"]
            )
            uses.append(tuple(row))
    minute = timedelta(minutes=1)
    assert [at for at, _ in uses] == [first, first, first + minute, first + minute]
    assert (uses[0] == uses[1], uses[1] == uses[2], uses[2] == uses[3]) == (True, False, True)


async def test_keys_are_not_made_without_end(plumbline: Plumbline) -> None:
    """Calls are limited by the key, so a partner has so many and no more."""
    await plumbline.execute(
        "INSERT INTO api_keys (id, partner_id, name, prefix, role, key_hash) SELECT gen_random_uuid(), partner_id, "
        "'many', 'plk_', 'read', decode(lpad(to_hex(n), 8, '0'), 'hex') FROM api_keys, generate_series(2, :most) n",
        most=MOST_KEYS,
    )
    refused = await plumbline.http.post("/v1/keys", json={"name": "a", "role": "read"})
    assert (refused.status_code, kind(refused)) == (409, "too_many_keys")
