"""Who may call: keys, and the wall between partners."""

import pytest

from app.commands.acts.new_partner import create_partner
from tests.integration.api.driver import Plumbline, document, name_faults

READS = (
    "",
    "/accounts",
    "/tax-rates",
    "/tracking-categories",
    "/branding-themes",
    "/settings",
    "/invoices",
    "/invoices/inv_1",
    "/links",
    "/conflicts",
    "/changes",
)
WRITES = ("/authorise", "/pause", "/resume", "/sweep", "/invoices/inv_1/retry")


@pytest.mark.parametrize("api_key", [None, "plk_unknown", "é", ""])
async def test_a_call_without_a_good_key_is_refused(plumbline: Plumbline, api_key: str | None) -> None:
    """No key, an unknown one and nonsense are the same 401 problem, before anything else is looked at."""
    async with plumbline.as_partner(None) as stranger:
        headers = {} if api_key is None else {b"authorization": f"Bearer {api_key}".encode()}
        for answer in (
            await stranger.get("/v1/connections", headers=headers),
            await stranger.post("/v1/connections", headers=headers, json={"nonsense": 1}),
        ):
            assert (answer.status_code, name_faults(answer)) == (401, [])
            assert answer.headers["www-authenticate"] == "Bearer"
    assert await plumbline.count("connections") == 0


async def test_a_revoked_key_is_refused(plumbline: Plumbline) -> None:
    """From the moment it is revoked."""
    assert (await plumbline.http.get("/v1/connections")).status_code == 200
    await plumbline.execute("UPDATE api_keys SET revoked_at = now()")
    assert (await plumbline.http.get("/v1/connections")).status_code == 401


async def test_a_key_is_kept_as_its_hash_alone(plumbline: Plumbline) -> None:
    """Whoever reads the database cannot call with what stands there."""
    [row] = await plumbline.execute("SELECT prefix, encode(key_hash, 'escape') FROM api_keys")
    key = plumbline.partner["api_key"]
    assert key.startswith("plk_")
    assert key.startswith(row[0])
    assert len(row[0]) < len(key) / 2
    assert key not in row[1]


async def test_another_partners_connection_is_as_one_that_does_not_exist(plumbline: Plumbline) -> None:
    """Every address below it answers the same 404 as an unknown id, and nothing of it is changed."""
    path = await plumbline.open_active()
    await plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    before = await plumbline.get_connection(path)
    other = await create_partner(plumbline.settings, "Another", None)
    nowhere = "/v1/connections/00000000-0000-4000-8000-000000000000"
    async with plumbline.as_partner(other["api_key"]) as stranger:
        for rest in READS:
            theirs, unknown = await stranger.get(path + rest), await stranger.get(nowhere + rest)
            assert theirs.status_code == unknown.status_code == 404, rest
            assert theirs.json()["detail"] == unknown.json()["detail"]
        for rest in WRITES:
            assert (await stranger.post(path + rest)).status_code == 404, rest
        put = await stranger.put(f"{path}/invoices/inv_1", json=document(version=2))
        manifest = await stranger.post(f"{path}/manifest", json={"invoices": []})
        acknowledged = await stranger.post(f"{path}/changes/acknowledge", json={"cursor": 0})
        patched = await stranger.patch(f"{path}/settings", json={"conflict_policy": "hold"})
        assert {a.status_code for a in (put, manifest, acknowledged, patched)} == {404}
        assert (await stranger.get("/v1/connections")).json() == {"data": [], "next": None}
    assert await plumbline.get_connection(path) == before
