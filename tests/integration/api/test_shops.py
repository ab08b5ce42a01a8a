"""The shop of a connection, by REST: set, shown without its secrets, refused, taken away."""

from typing import Any

from app.commands.acts.new_partner import create_partner
from tests.integration.api.driver import Plumbline, build_settings, name_faults, open_plumbline

SECRET, HOOK = "cs_that_nobody_may_see", "hook_that_nobody_may_see"
KEYS = {"consumer_key": "ck_1", "consumer_secret": SECRET}
WISH: dict[str, Any] = {"platform": "woocommerce", "address": "https://shop.example/", "credentials": KEYS}


async def test_a_shop_is_set_shown_and_taken_away(plumbline: Plumbline) -> None:
    """Its secrets are never shown; what is left to do is said; directions are turned once, and kept if so asked."""
    path = await plumbline.open_active()
    assert (await plumbline.http.get(f"{path}/shop")).status_code == 404
    made = await plumbline.http.put(f"{path}/shop", json=WISH | {"orders_from": "2026-11-01"})
    assert made.status_code == 200, made.text
    shown = made.json()
    assert (shown["address"], shown["credentials"], shown["orders_from"]) == (
        "https://shop.example", ["consumer_key", "consumer_secret"], "2026-11-01",
    )  # fmt: skip
    turned = dict.fromkeys(("invoices", "contacts", "payments", "credits"), "to_xero")
    assert shown["directions"] == turned
    assert shown["webhook"]["url"] in shown["next_steps"][0]
    settings = (await plumbline.http.get(f"{path}/settings")).json()["directions"]
    assert settings | turned == settings
    assert SECRET not in made.text
    assert (await plumbline.http.get(f"{path}/shop")).json() == shown
    side = (await plumbline.http.get(f"{path}/partner-side")).json()["reading"]
    assert (side["url"], side["shop"]) == ("https://shop.example", "woocommerce")
    await plumbline.http.patch(f"{path}/settings", json={"directions": {"contacts": "both"}})
    again = await plumbline.http.put(f"{path}/shop", json=WISH | {"webhook_secret": HOOK})
    assert again.json()["directions"]["contacts"] == "both", "somebody has chosen since"
    assert (again.json()["webhook"]["has_secret"], again.json()["orders_from"]) == (True, "2026-11-01")
    assert HOOK not in again.text
    assert (await plumbline.http.delete(f"{path}/shop")).status_code == 204
    assert [(await plumbline.http.get(f"{path}/shop")).status_code for _ in range(2)] == [404, 404]
    assert (await plumbline.http.get(f"{path}/shop/refused-orders")).status_code == 404
    acts = [each["action"] for each in (await plumbline.http.get("/v1/audit")).json()["data"]]
    assert [each for each in acts if each.startswith("shop")] == ["shop_set", "shop_set", "shop_deleted"]


async def test_secrets_stay_for_the_shop_that_they_were_entered_for(plumbline: Plumbline) -> None:
    """They may be left out for the same shop; another address never gets them."""
    path = await plumbline.open_active()
    await plumbline.http.put(f"{path}/shop", json=WISH | {"webhook_secret": HOOK})
    same = {"platform": "woocommerce", "address": "https://shop.example", "time_zone": "Australia/Perth"}
    kept = (await plumbline.http.put(f"{path}/shop", json=same)).json()
    assert (kept["credentials"], kept["webhook"]["has_secret"], kept["time_zone"]) == (
        ["consumer_key", "consumer_secret"], True, "Australia/Perth",
    )  # fmt: skip
    cleared = (await plumbline.http.put(f"{path}/shop", json=same | {"webhook_secret": None})).json()
    assert cleared["webhook"]["has_secret"] is False
    other = await plumbline.http.put(f"{path}/shop", json=same | {"address": "https://other.example"})
    assert (other.status_code, name_faults(other)) == (
        422, ["credentials.consumer_key", "credentials.consumer_secret"],
    )  # fmt: skip
    assert (await plumbline.http.get(f"{path}/shop")).json()["address"] == "https://shop.example"


NO_SHOPS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["address", "platform"]),
    (WISH | {"platform": "corner_shop"}, ["platform"]),
    (WISH | {"address": "shop.example"}, ["address"]),
    (WISH | {"address": "https://me:secret@shop.example"}, ["address"]),
    (WISH | {"address": "https://shop.example/?page_id=7"}, ["address"]),
    (WISH | {"credentials": {"consumer_key": "ck_1"}}, ["credentials.consumer_secret"]),
    (WISH | {"credentials": KEYS | {"consumer_kye": "ck_1"}}, ["credentials.consumer_kye"]),
    (WISH | {"platform": "shopify", "credentials": {"client_id": "c"}}, ["credentials.client_secret"]),
    (WISH | {"platform": "shopify", "credentials": {}}, ["credentials.access_token"]),
    (WISH | {"credentials": KEYS | {"consumer_secret": f"{SECRET} "}}, ["credentials.consumer_secret"]),
    (
        WISH | {"credentials": KEYS | {"consumer_secret": f"{SECRET}\r\nx: y"}},
        ["credentials.consumer_secret"],
    ),
    (WISH | {"credentials": {f"word_{n}": "x" for n in range(21)}}, ["credentials"]),
    (WISH | {"orders_from": "2026-13-01"}, ["orders_from"]),
    (WISH | {"orders_from": "1999-12-31"}, ["orders_from"]),
    (WISH | {"time_zone": "Mars/Olympus"}, ["time_zone"]),
    (WISH | {"directions": "both"}, ["directions"]),
    (WISH | {"customers": "some"}, ["customers"]),
]


async def test_what_is_no_shop_is_refused_and_changes_nothing(plumbline: Plumbline) -> None:
    """With the field, without the secret, and before any direction is turned."""
    path = await plumbline.open_active()
    for said, fields in NO_SHOPS:
        answer = await plumbline.http.put(f"{path}/shop", json=said)
        assert (answer.status_code, sorted(name_faults(answer))) == (422, fields), said
        assert SECRET not in answer.text, said
        assert (await plumbline.http.get(f"{path}/settings")).json()["directions"]["invoices"] == "both", said


async def test_an_address_inside_and_a_strangers_connection_are_refused(
    database_url: str, redis_url: str
) -> None:
    """The same gate as for webhooks; another partner's connection is not there, and a member's key sets nothing."""
    settings = build_settings(database_url, redis_url, allow_internal_addresses=False)
    async with open_plumbline(settings) as plumbline:
        path = f"/v1/connections/{(await plumbline.open_connection())['id']}/shop"
        inside = await plumbline.http.put(path, json=WISH | {"address": "https://127.0.0.1"})
        assert (inside.status_code, name_faults(inside)) == (422, ["address"])
        outside = WISH | {"address": "https://1.1.1.1"}
        other = await create_partner(plumbline.settings, "Another", None)
        async with plumbline.as_partner(other["api_key"]) as stranger:
            calls = (stranger.put(path, json=outside), stranger.get(path), stranger.delete(path))
            assert [(await call).status_code for call in calls] == [404, 404, 404]
        member = await plumbline.make_key("member")
        async with plumbline.as_partner(member["key"]) as clerk:
            assert (await clerk.put(path, json=outside)).status_code == 403


async def test_a_connection_that_is_removed_lets_go_of_its_shop(plumbline: Plumbline) -> None:
    """Its secrets go with the consent, not with an erasure that nobody may ask for."""
    path = await plumbline.open_active()
    await plumbline.http.put(f"{path}/shop", json=WISH)
    assert (await plumbline.http.delete(path)).is_success
    assert (await plumbline.http.get(f"{path}/shop")).status_code == 404
    assert await plumbline.count("shops") == 0
    again = await plumbline.http.put(f"{path}/shop", json=WISH)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/connection_removed")


async def test_refused_orders_come_in_pages(plumbline: Plumbline) -> None:
    """Oldest first, or newest first."""
    path = await plumbline.open_active()
    await plumbline.http.put(f"{path}/shop", json=WISH)
    for number in ("W-1", "W-2", "W-3"):
        await plumbline.execute(
            "INSERT INTO shop_refusals (connection_id, order_id, number, reason, refused_at)"
            " VALUES (CAST(:connection AS uuid), :number, :number, 'It has no lines.', now())",
            connection=path.rpartition("/")[2],
            number=number,
        )
    first = (await plumbline.http.get(f"{path}/shop/refused-orders", params={"limit": 2})).json()
    rest = (
        await plumbline.http.get(f"{path}/shop/refused-orders", params={"limit": 2, "cursor": first["next"]})
    ).json()
    assert [each["number"] for page in (first, rest) for each in page["data"]] == ["W-1", "W-2", "W-3"]
    newest = (await plumbline.http.get(f"{path}/shop/refused-orders", params={"sort": "-created"})).json()
    assert [each["number"] for each in newest["data"]] == ["W-3", "W-2", "W-1"]
    assert (await plumbline.http.get(f"{path}/shop")).json()["refused_orders"] == 3
