"""Every version of the settings: when, by which key, what it changed, and the way back."""

from typing import Any

from tests.integration.api.driver import SETTINGS, Plumbline, name_faults


async def changes_of(plumbline: Plumbline, path: str, number: int) -> dict[str, tuple[Any, Any]]:
    """What a version changed, by setting."""
    version = (await plumbline.http.get(f"{path}/settings/versions/{number}")).json()
    return {each["setting"]: (each["before"], each["after"]) for each in version["changes"]}


async def test_every_change_is_kept_with_who_made_it_and_what_it_changed(plumbline: Plumbline) -> None:
    """Entry by entry of a map, in the API's own names; what changed nothing makes no version (N12)."""
    path = await plumbline.open_active()
    first = await plumbline.http.patch(f"{path}/settings", json={"conflict_policy": "hold", "due_days": 14})
    assert first.headers["etag"] == '"2"'
    same = await plumbline.http.patch(f"{path}/settings", json={"conflict_policy": "hold"})
    assert same.headers["etag"] == '"2"'
    await plumbline.http.patch(
        f"{path}/settings", json={"taxes": {"gst": None, "free": "NONE"}, "payment_account": "acc-bank"}
    )
    page = (await plumbline.http.get(f"{path}/settings/versions", params={"limit": 2})).json()
    assert [version["number"] for version in page["data"]] == [1, 2]
    rest = (await plumbline.http.get(f"{path}/settings/versions", params={"cursor": page["next"]})).json()
    assert ([version["number"] for version in rest["data"]], rest["next"]) == ([3], None)
    began, chosen = page["data"]
    assert (began["key_id"], began["restored_from"]) == (None, None)
    assert chosen["key_id"]
    assert plumbline.partner["api_key"].startswith(chosen["key_prefix"])
    assert await changes_of(plumbline, path, 2) == {
        "conflict_policy": ("newest_wins", "hold"),
        "due_days": (None, 14),
    }
    assert await changes_of(plumbline, path, 3) == {
        "payment_account": (None, "acc-bank"),
        "taxes.free": (None, "NONE"),
        "taxes.gst": ("OUTPUT", None),
    }
    whole = (await plumbline.http.get(f"{path}/settings/versions/2")).json()["settings"]
    assert (whole["taxes"], whole["due_days"]) == (dict(SETTINGS.taxes), 14)


async def test_who_changed_one_setting_is_one_call(plumbline: Plumbline) -> None:
    """The versions that changed it, the newest first, each with the name of its key; of a map one entry, or any."""
    path = await plumbline.open_active()
    named = {"name": "Back office", "role": "admin"}
    office = (await plumbline.http.post("/v1/keys", json=named)).json()["key"]
    changes: list[dict[str, Any]] = [
        {"due_days": 7},
        {"taxes": {"free": "EXEMPTOUTPUT"}},
        {"due_days": 14},
        {"conflict_policy": "hold"},
        {"taxes": {"gst": None}},
    ]
    async with plumbline.as_partner(office) as caller:
        for change in changes:
            (await caller.patch(f"{path}/settings", json=change)).raise_for_status()
    where = f"{path}/settings/versions"
    wanted = {"due_days": [4, 2], "taxes": [6, 3, 1], "taxes.free": [3], "numbering": []}
    for setting, numbers in wanted.items():
        page = await plumbline.http.get(where, params={"setting": setting, "sort": "-created"})
        assert [each["number"] for each in page.json()["data"]] == numbers, setting
    newest = (await plumbline.http.get(f"{where}/4")).json()
    assert (newest["key_name"], newest["changes"]) == (
        "Back office",
        [{"setting": "due_days", "before": 7, "after": 14}],
    )
    few = (await plumbline.http.get(where, params={"setting": "due_days", "limit": 3})).json()
    rest = (
        await plumbline.http.get(where, params={"setting": "due_days", "limit": 3, "cursor": few["next"]})
    ).json()
    assert [each["number"] for each in few["data"] + rest["data"]] == [2, 4]
    unknown = await plumbline.http.get(where, params={"setting": "due_day"})
    assert (unknown.status_code, name_faults(unknown)) == (422, ["setting"])
    assert "due_days" in unknown.json()["errors"][0]["message"]


async def test_a_version_is_restored_as_a_version_of_its_own(plumbline: Plumbline) -> None:
    """The history only grows: the way back has a way back; If-Match guards it like any change."""
    path = await plumbline.open_active()
    change = {
        "conflict_policies": {"lines": "hold"},
        "mode": "daily",
        "at": "02:30",
        "sync_from": "2026-07-01",
    }
    changed = await plumbline.http.patch(f"{path}/settings", json=change)
    assert changed.json().items() >= change.items()
    late = await plumbline.http.post(f"{path}/settings/versions/1/restore", headers={"if-match": '"1"'})
    assert (late.status_code, late.json()["type"]) == (412, "/problems/settings_changed")
    back = await plumbline.http.post(f"{path}/settings/versions/1/restore", headers={"if-match": '"2"'})
    assert (back.status_code, back.headers["etag"]) == (200, '"3"')
    assert (await plumbline.get_connection(path)).settings == SETTINGS
    again = await plumbline.http.post(f"{path}/settings/versions/1/restore")
    assert again.headers["etag"] == '"3"'
    forth = await plumbline.http.post(f"{path}/settings/versions/2/restore")
    assert forth.json() == changed.json()
    restored = (await plumbline.http.get(f"{path}/settings/versions/4")).json()
    assert (restored["restored_from"], len(restored["changes"])) == (2, 4)
    nothing = await plumbline.http.post(f"{path}/settings/versions/0/restore")
    assert (nothing.json()["revenue_accounts"], nothing.json()["taxes"]) == ({}, {})


async def test_what_the_organisation_has_left_behind_is_not_restored(plumbline: Plumbline) -> None:
    """Checked like any change: refused by name, and the settings stay as they are."""
    path = await plumbline.open_active()
    await plumbline.http.patch(f"{path}/settings", json={"revenue_accounts": {"general": None}})
    await plumbline.execute(
        "UPDATE connections SET organisation = replace(organisation::text, '\"acc-sales\"', '\"acc-new\"')::jsonb"
    )
    answer = await plumbline.http.post(f"{path}/settings/versions/1/restore")
    assert (answer.status_code, name_faults(answer)) == (422, ["revenue_accounts.general"])
    assert (await plumbline.get_connection(path)).settings_version == 2
    for number in (7, 2**31 - 1):
        missing = await plumbline.http.post(f"{path}/settings/versions/{number}/restore")
        assert (missing.status_code, missing.json()["type"]) == (404, "/problems/not_found")
    beyond = await plumbline.http.get(f"{path}/settings/versions/{2**31}")
    assert beyond.status_code == 422


async def test_all_settings_may_be_said_at_once(plumbline: Plumbline) -> None:
    """What was read may be sent back and changes nothing; what is left out has its default, the country's taxes too."""
    path = await plumbline.open_active()
    await plumbline.http.patch(
        f"{path}/settings", json={"conflict_policy": "hold", "fields": {"due_on": "off"}}
    )
    read = (await plumbline.http.get(f"{path}/settings")).json()
    put = await plumbline.http.put(f"{path}/settings", json=read, headers={"if-match": '"2"'})
    assert (put.json(), put.headers["etag"]) == (read, '"2"')
    accounts = {"revenue_accounts": {"general": "200"}}
    replaced = (await plumbline.http.put(f"{path}/settings", json=accounts)).json()
    assert (replaced["conflict_policy"], replaced["fields"]) == ("newest_wins", {})
    assert replaced["taxes"] == dict(SETTINGS.taxes)
    refused = await plumbline.http.put(
        f"{path}/settings", json=accounts | {"taxes": {"gst": "OUTPUT9"}, "x": 1}
    )
    assert (refused.status_code, name_faults(refused)) == (422, ["x"])
