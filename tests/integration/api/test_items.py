"""Products by the API: stored whole, by version, and shown with where they stand."""

from dataclasses import replace
from typing import Any

from app.domain.connections.settings import ItemSync
from tests.integration.api.driver import SETTINGS, Plumbline, name_faults


def product(**changes: Any) -> dict[str, Any]:
    """A tap; each name given replaces a member."""
    return {"id": "prd_1", "version": 1, "code": "TAP", "name": "Mixer tap", "unit_price": "180.50"} | changes


async def test_a_product_is_stored_by_version_and_shown(plumbline: Plumbline) -> None:
    """New is 201, the same again 200; an older one and a reused version are refused and change nothing."""
    path = f"{await plumbline.open_active()}/items"
    first = await plumbline.http.put(f"{path}/prd_1", json=product(version=2))
    assert (first.status_code, first.json()["version"]) == (201, 2)
    again = await plumbline.http.put(f"{path}/prd_1", json=product(version=2))
    assert again.status_code == 200
    stale = await plumbline.http.put(f"{path}/prd_1", json=product(version=1))
    assert (stale.status_code, stale.json()["type"]) == (409, "/problems/stale_document")
    reused = await plumbline.http.put(f"{path}/prd_1", json=product(version=2, name="Other"))
    assert (reused.status_code, reused.json()["type"]) == (409, "/problems/version_reused")
    shown = (await plumbline.http.get(f"{path}/prd_1")).json()
    assert shown["document"] == product(version=2) | {"description": None, "category": None, "tax": None}
    assert (shown["state"], shown["reason"]["code"], shown["xero"]) == ("settled", "items_off", None)
    assert (shown["record"], shown["partner"], shown["updated_at"] >= shown["created_at"]) == (
        None,
        None,
        True,
    )
    told = (await plumbline.http.get(f"{path}/prd_1/history")).json()["data"]
    assert [one["sentence"] for one in told] == ["The app's version 2 was taken in."]
    for below in ("", "/history", "/attempts"):
        assert (await plumbline.http.get(f"{path}/prd_9{below}")).status_code == 404


async def test_a_hundred_products_go_in_one_call_and_come_in_pages(plumbline: Plumbline) -> None:
    """Each has an outcome; with items on they are behind until the loop has had them."""
    path = f"{await plumbline.open_active(replace(SETTINGS, items=ItemSync.ON))}/items"
    many = [product(id=f"prd_{n:03}", code=f"C{n}") for n in range(100)]
    taken = await plumbline.http.put(path, json={"items": many})
    assert [one["outcome"] for one in taken.json()["data"]] == ["created"] * 100
    mixed = [product(id="prd_000", code="C0"), product(id="prd_001", code="C1", version=2)]
    assert [
        one["outcome"] for one in (await plumbline.http.put(path, json={"items": mixed})).json()["data"]
    ] == ["unchanged", "updated"]
    page = (await plumbline.http.get(path, params={"limit": 60})).json()
    rest = (await plumbline.http.get(path, params={"limit": 60, "cursor": page["next"]})).json()
    assert sorted(one["id"] for one in page["data"] + rest["data"]) == [one["id"] for one in many]
    assert (rest["next"], {one["state"] for one in rest["data"]}) == (None, {"behind"})
    too_many = await plumbline.http.put(path, json={"items": [*many, product(id="x")]})
    assert too_many.status_code == 422


TOO_MUCH: list[tuple[dict[str, Any], str]] = [
    ({"code": "C" * 31}, "code"),
    ({"code": ""}, "code"),
    ({"name": "n" * 51}, "name"),
    ({"description": "d" * 4001}, "description"),
    ({"unit_price": "1.23456"}, "unit_price"),
    ({"unit_price": 1}, "unit_price"),
    ({"version": 0}, "version"),
    ({"cost": "3"}, "cost"),
    ({"id": "prd_2"}, "id"),
]


async def test_a_product_that_xero_could_not_hold_is_refused_by_field(plumbline: Plumbline) -> None:
    """Nothing is stored of it."""
    path = f"{await plumbline.open_active()}/items"
    for changes, field in TOO_MUCH:
        answer = await plumbline.http.put(f"{path}/prd_1", json=product(**changes))
        assert answer.status_code == 422, changes
        assert name_faults(answer) == [field], changes
        assert (await plumbline.http.get(path)).json()["data"] == [], changes


async def test_item_settings_are_kept_and_a_fallback_must_be_chosen(plumbline: Plumbline) -> None:
    """Off, and lines without their code, unless somebody says otherwise."""
    path = await plumbline.open_active()
    shown = (await plumbline.http.get(f"{path}/settings")).json()
    assert [shown[name] for name in ("items", "unknown_item", "fallback_item")] == [
        "off",
        "description_only",
        None,
    ]
    missing = await plumbline.http.patch(f"{path}/settings", json={"unknown_item": "fallback"})
    assert name_faults(missing) == ["fallback_item"]
    nothing = await plumbline.http.patch(f"{path}/settings", json={"items": None, "unknown_item": None})
    assert sorted(name_faults(nothing)) == ["items", "unknown_item"]
    changed = await plumbline.http.patch(f"{path}/settings", json={"items": "on", "unknown_item": "hold"})
    assert [changed.json()[name] for name in ("items", "unknown_item")] == ["on", "hold"]
