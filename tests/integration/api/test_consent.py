"""Xero's consent from end to end: the sandbox's pages, tokens and organisation over HTTP, our adapter, our callback."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest

from app.commands.acts.new_partner import create_partner
from app.domain.connections.connection import ConnectionState
from tests.integration.api.browser import Browser
from tests.integration.api.driver import document

CALLBACK = "/oauth/xero/callback"


async def test_a_consent_makes_the_connection_active(browser: Browser) -> None:
    """The organisation, its accounts and its country's taxes are known, and the person is told."""
    opened = await browser.plumbline.open_connection()
    page = await browser.consent(opened["authorise_url"])
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "Plumb Trades Pty Ltd" in page.text
    assert page.headers["cache-control"] == "no-store"
    path = f"/v1/connections/{opened['id']}"
    connection = (await browser.plumbline.http.get(path)).json()
    assert (connection["state"], connection["reason"]) == ("active", None)
    assert connection["organisation"]["name"] == "Plumb Trades Pty Ltd"
    assert connection["next_step"]["code"] == "choose_revenue_accounts"
    accounts = (await browser.plumbline.http.get(f"{path}/accounts", params={"fit_for": "sales"})).json()[
        "data"
    ]
    assert "200" in [account["code"] for account in accounts]
    settings = (await browser.plumbline.http.get(f"{path}/settings")).json()
    assert settings["taxes"] == {"gst": "OUTPUT", "none": "EXEMPTOUTPUT"}
    assert (await browser.plumbline.get_connection(path)).is_behind
    assert await browser.plumbline.count_nudges() == 2, "one to reconcile, one to deliver the notice"


async def test_tokens_are_kept_encrypted(browser: Browser) -> None:
    """Neither token stands in the database as Xero gave it."""
    await browser.consent((await browser.plumbline.open_connection())["authorise_url"])
    [row] = await browser.plumbline.execute(
        "SELECT encode(access_token, 'escape'), encode(refresh_token, 'escape') FROM token_sets"
    )
    assert row[0].startswith("gAAAA")
    assert row[1].startswith("gAAAA")


async def test_a_state_works_once(browser: Browser) -> None:
    """The second visit to the same address is told so and changes nothing; neither does one with a made-up state."""
    opened = await browser.plumbline.open_connection()
    address = await browser.decide(opened["authorise_url"])
    answers = await asyncio.gather(*(browser.plumbline.http.get(address) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400]
    for strange in (f"{CALLBACK}?code=c&state=s", f"{CALLBACK}?code=c", CALLBACK):
        assert (await browser.plumbline.http.get(strange)).status_code == 400
    assert await browser.plumbline.count("token_sets") == 1


async def test_a_state_ends_after_ten_minutes(browser: Browser) -> None:
    """A page left open over lunch leads nowhere."""
    opened = await browser.plumbline.open_connection()
    address = await browser.decide(opened["authorise_url"])
    await browser.plumbline.execute("UPDATE oauth_states SET expires_at = expires_at - interval '10 minutes'")
    page = await browser.plumbline.http.get(address)
    assert page.status_code == 400
    assert "ten minutes" in page.text


async def test_a_consent_that_was_declined_is_told(browser: Browser) -> None:
    """The person sees it, the connection says it, and a new address leads to a good end."""
    opened = await browser.plumbline.open_connection()
    page = await browser.consent(opened["authorise_url"], decision="cancel")
    assert (page.status_code, "declined" in page.text) == (400, True)
    path = f"/v1/connections/{opened['id']}"
    shown = (await browser.plumbline.http.get(path)).json()
    assert (shown["state"], shown["reason"]) == ("pending", "Consent was declined in Xero.")
    assert (await browser.authorise(path)).status_code == 200


async def test_why_a_consent_came_to_nothing_stays_on_the_connection(browser: Browser) -> None:
    """The page is shown to one person, once; whoever looks at the connection later reads the reason there."""
    await browser.consent((await browser.plumbline.open_connection("North shop"))["authorise_url"])
    path = f"/v1/connections/{(await browser.plumbline.open_connection('South shop'))['id']}"

    async def open_again() -> str:
        return str((await browser.plumbline.http.post(f"{path}/authorise")).json()["authorise_url"])

    async def tell() -> str:
        shown = await browser.get(path)
        assert (shown["state"], shown["next_step"]["code"]) == ("pending", "authorise")
        return str(shown["reason"])

    await browser.consent(await open_again(), user="accountant@example.com")
    assert await tell() == "Plumb Trades Pty Ltd is connected already, as North shop."
    url = (await browser.open(await open_again())).replace("accounting.payments%20", "")
    await browser.plumbline.http.get(await browser.press(url, user="bookkeeper@example.com"))
    assert "lacks accounting.payments" in await tell()
    await browser.control("/faults", kind="unavailable_before", path="/connect/token")
    await browser.consent(await open_again())
    assert "Xero did not answer" in await tell()
    for error, told in (("server_error", "server_error"), ("<b>", "an unknown error")):
        state = parse_qs(urlsplit(await browser.open(await open_again())).query)["state"][0]
        await browser.plumbline.http.get(CALLBACK, params={"state": state, "error": error})
        assert await tell() == f"Xero did not give consent ({told})."
    other = (await browser.control("/organisations", name="South Books", country="AU"))["tenant_id"]
    await browser.consent(await open_again(), tenant_id=other)
    assert (await browser.get(path))["reason"] is None


async def test_a_reconnect_keeps_everything_and_catches_up(browser: Browser) -> None:
    """Links and settings stay, though Xero keeps the first consent's event id; held links are looked at again."""
    opened = await browser.plumbline.open_connection()
    path = f"/v1/connections/{opened['id']}"
    await browser.consent(opened["authorise_url"])
    await browser.plumbline.http.patch(f"{path}/settings", json={"revenue_accounts": {"general": "200"}})
    await browser.plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    await browser.plumbline.execute(
        "UPDATE invoice_links SET state = 'held', settled_generation = generation"
    )
    settings = (await browser.plumbline.http.get(f"{path}/settings")).json()
    await browser.plumbline.set_state(path, ConnectionState.DISCONNECTED, "The refresh token is dead.")
    assert (await browser.authorise(path)).status_code == 200
    assert (await browser.plumbline.http.get(path)).json()["state"] == "active"
    assert (await browser.plumbline.http.get(f"{path}/settings")).json() == settings
    assert (await browser.plumbline.http.get(f"{path}/invoices/inv_1")).json()["state"] == "behind"
    assert (await browser.plumbline.get_connection(path)).sweep_due
    assert await browser.plumbline.count("token_sets") == 1


async def test_a_reconnect_of_a_paused_connection_stays_paused(browser: Browser) -> None:
    """Somebody paused it; a consent says nothing about that."""
    opened = await browser.plumbline.open_connection()
    path = f"/v1/connections/{opened['id']}"
    await browser.consent(opened["authorise_url"])
    await browser.plumbline.http.post(f"{path}/pause")
    assert "paused" in (await browser.authorise(path)).text
    assert (await browser.plumbline.http.get(path)).json()["state"] == "paused"


async def test_a_reconnect_with_another_organisation_is_refused(browser: Browser) -> None:
    """The person is told which one was expected; nothing is stored, and what was opened in Xero is closed again."""
    opened = await browser.plumbline.open_connection()
    path = f"/v1/connections/{opened['id']}"
    await browser.consent(opened["authorise_url"])
    before = await browser.plumbline.get_connection(path)
    other = (await browser.control("/organisations", name="Other Books", country="NZ"))["tenant_id"]
    page = await browser.authorise(path, tenant_id=other)
    assert page.status_code == 400
    assert "belongs to Plumb Trades Pty Ltd" in page.text
    assert "Other Books" in page.text
    assert await browser.plumbline.get_connection(path) == before
    assert await browser.list_open() == [browser.xero.tenant_id]


async def test_one_organisation_is_not_connected_twice_by_a_partner(browser: Browser) -> None:
    """Two connections would write every invoice twice; the first one is named and goes on."""
    first = await browser.plumbline.open_connection("North shop")
    await browser.consent(first["authorise_url"])
    second = await browser.plumbline.open_connection("South shop")
    page = await browser.consent(second["authorise_url"], user="accountant@example.com")
    assert page.status_code == 400
    assert "connected already, as North shop" in page.text
    shown = (await browser.plumbline.http.get(f"/v1/connections/{second['id']}")).json()
    assert (shown["state"], shown["organisation"]) == ("pending", None)
    assert await browser.list_open() == [browser.xero.tenant_id]


async def test_two_partners_may_serve_one_organisation(browser: Browser) -> None:
    """What one partner connected is nothing that another could learn, or be kept from."""
    first = await browser.plumbline.open_connection()
    await browser.consent(first["authorise_url"])
    other = await create_partner(browser.plumbline.settings, "Another", None)
    async with browser.plumbline.as_partner(other["api_key"]) as stranger:
        opened = (await stranger.post("/v1/connections", json={"business_id": "b"})).json()
        assert (await browser.consent(opened["authorise_url"])).status_code == 200
        assert (await stranger.get(f"/v1/connections/{opened['id']}")).json()["state"] == "active"


async def test_a_consent_without_a_scope_that_is_needed_is_refused(browser: Browser) -> None:
    """The page names the scope, and nothing is connected."""
    opened = await browser.plumbline.open_connection()
    url = (await browser.open(opened["authorise_url"])).replace("accounting.payments%20", "")
    assert "accounting.payments" not in parse_qs(urlsplit(url).query)["scope"][0]
    page = await browser.plumbline.http.get(await browser.press(url))
    assert (page.status_code, "accounting.payments" in page.text) == (400, True)
    assert await browser.plumbline.count("token_sets") == 0
    assert await browser.list_open() == []


@pytest.mark.parametrize("path", ["/connect/token", "/connections", "/Organisation"])
async def test_a_xero_that_is_down_leaves_the_connection_waiting(browser: Browser, path: str) -> None:
    """At any step the person is told to try again, the connection still says `pending`, and trying again works."""
    opened = await browser.plumbline.open_connection()
    await browser.control("/faults", kind="unavailable_before", path=path)
    page = await browser.consent(opened["authorise_url"])
    assert (page.status_code, "did not answer" in page.text) == (400, True)
    connection = f"/v1/connections/{opened['id']}"
    assert (await browser.plumbline.http.get(connection)).json()["state"] == "pending"
    assert (await browser.authorise(connection)).status_code == 200
    assert (await browser.plumbline.http.get(connection)).json()["state"] == "active"


async def test_a_reconnect_does_not_need_the_organisation_to_answer(browser: Browser) -> None:
    """What was read of it before will do until the loop reads it again."""
    opened = await browser.plumbline.open_connection()
    path = f"/v1/connections/{opened['id']}"
    await browser.consent(opened["authorise_url"])
    await browser.plumbline.set_state(path, ConnectionState.DISCONNECTED, "gone")
    await browser.control("/faults", kind="unavailable_before", path="/Organisation")
    assert (await browser.authorise(path)).status_code == 200
    assert (await browser.plumbline.http.get(path)).json()["state"] == "active"


async def test_a_page_shows_what_came_from_outside_as_text(browser: Browser) -> None:
    """An error that Xero's address carries cannot put markup into our page."""
    opened = await browser.plumbline.open_connection()
    state = parse_qs(urlsplit(await browser.open(opened["authorise_url"])).query)["state"][0]
    page = await browser.plumbline.http.get(
        CALLBACK, params={"state": state, "error": "<script>alert(1)</script>"}
    )
    assert page.status_code == 400
    assert "<script>" not in page.text


async def test_what_the_consent_read_of_the_organisation_is_not_read_again(browser: Browser) -> None:
    """Xero is a budget: the first reconcile believes the facts of a moment ago."""
    path = await browser.open_active()
    assert (await browser.get(path))["organisation"]["fetched_at"] is not None
    assert (await browser.plumbline.get_connection(path)).sweep_due
