"""Where a partner lets its app be asked, by REST: set, shown without its secrets, refused, taken away."""

from typing import Any

import pytest

from app.commands.acts.new_partner import create_partner
from tests.integration.api.driver import Plumbline, build_settings, name_faults, open_plumbline

PATH = "/v1/read-endpoint"
URL = "https://app.example/plumbline/read"
BEARER = "a-secret-of-the-apps-own"


async def test_an_address_is_set_for_all_connections_and_for_one(plumbline: Plumbline) -> None:
    """Each with a secret of its own, shown when it is made; a bearer secret is never shown; each can be taken away."""
    connection = f"/v1/connections/{(await plumbline.open_connection())['id']}"
    own = f"{connection}/read-endpoint"
    assert (await plumbline.http.get(PATH)).status_code == 404
    made = (await plumbline.http.put(PATH, json={"url": URL})).json()
    assert made.pop("secret").startswith("whsec_")
    assert (made["auth"], made["reads_contacts"], len(made["secrets"])) == ("signed", False, 1)
    assert (await plumbline.http.get(PATH)).json() == made
    wish = {"url": f"{URL}/1", "auth": "bearer", "bearer_secret": BEARER, "reads_contacts": True}
    particular = (await plumbline.http.put(own, json=wish)).json()
    assert (particular["secret"], particular["secrets"], particular["auth"]) == (None, [], "bearer")
    assert BEARER not in str(particular)
    assert (await plumbline.http.get(own)).json()["url"] == f"{URL}/1"
    refused = await plumbline.http.post(f"{own}/rotate-secret", json={})
    assert (refused.status_code, name_faults(refused)) == (422, ["auth"])
    shown = (await plumbline.http.get(f"{connection}/partner-side")).json()
    assert (shown["known_at"], shown["known_by"], shown["reading"]["url"]) == (None, None, f"{URL}/1")
    assert (await plumbline.http.delete(own)).status_code == 204
    assert (await plumbline.http.get(own)).status_code == 404
    shown = (await plumbline.http.get(f"{connection}/partner-side")).json()
    assert shown["reading"]["url"] == URL
    signed = (
        await plumbline.http.put(PATH, json={"url": URL, "auth": "bearer", "bearer_secret": BEARER})
    ).json()
    assert signed["secrets"] == []


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({}, ["url"]),
        ({"url": "ftp://app.example"}, ["url"]),
        ({"url": "https://app.example/#part"}, ["url"]),
        ({"url": URL, "auth": "basic"}, ["auth"]),
        ({"url": URL, "auth": "bearer"}, ["body"]),
        ({"url": URL, "bearer_secret": BEARER}, ["body"]),
        ({"url": URL, "auth": "bearer", "bearer_secret": "short"}, ["bearer_secret"]),
        ({"url": URL, "auth": "bearer", "bearer_secret": "has spaces in it, many"}, ["body"]),
        ({"url": URL, "auth": "bearer", "bearer_secret": "breaks-the\r\nheader"}, ["body"]),
    ],
)
async def test_what_is_no_read_address_is_refused(
    plumbline: Plumbline, said: dict[str, Any], fields: list[str]
) -> None:
    """With the field, and without the secret in the answer."""
    answer = await plumbline.http.put(PATH, json=said)
    assert (answer.status_code, name_faults(answer)) == (422, fields)
    assert str(said.get("bearer_secret", "-" * 9)) not in answer.text


async def test_an_address_inside_and_a_strangers_connection_are_refused(
    database_url: str, redis_url: str
) -> None:
    """The same gate as for webhooks; another partner's connection is not there, and a member's key sets nothing."""
    settings = build_settings(database_url, redis_url, allow_internal_addresses=False)
    async with open_plumbline(settings) as plumbline:
        answer = await plumbline.http.put(PATH, json={"url": "https://127.0.0.1/read"})
        assert (answer.status_code, name_faults(answer)) == (422, ["url"])
        own = f"/v1/connections/{(await plumbline.open_connection())['id']}/read-endpoint"
        other = await create_partner(plumbline.settings, "Another", None)
        async with plumbline.as_partner(other["api_key"]) as stranger:
            statuses = [
                (await stranger.put(own, json={"url": "https://1.1.1.1/read"})).status_code,
                (await stranger.get(own)).status_code,
                (await stranger.delete(own)).status_code,
                (await stranger.get(own.replace("read-endpoint", "partner-side"))).status_code,
            ]
        assert statuses == [404] * 4
        await plumbline.execute("UPDATE api_keys SET role = 'member'")
        refused = await plumbline.http.put(PATH, json={"url": "https://1.1.1.1/read"})
        assert refused.status_code == 403
