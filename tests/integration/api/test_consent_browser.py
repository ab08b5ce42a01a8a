"""A consent belongs to the browser that began it: its cookie, and what another browser can and cannot do."""

from datetime import timedelta
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.clock import ManualClock, SystemClock
from tests.integration.api.browser import OURS, Browser
from tests.integration.api.driver import Plumbline, build_settings, open_plumbline
from tests.integration.api.test_choice import open_choice

CHOICE = "/oauth/xero/organisation"


async def start(plumbline: Plumbline, http: httpx.AsyncClient) -> httpx.Response:
    """A browser opens the address of a new connection."""
    opened = await plumbline.open_connection()
    parts = urlsplit(opened["authorise_url"])
    return await http.get(f"{parts.path}?{parts.query}")


async def test_our_address_leads_to_xero_with_state_and_challenge(plumbline: Plumbline) -> None:
    """Xero is told the state and the PKCE challenge as ever; nothing on the way keeps the answer."""
    async with plumbline.as_partner(None) as person:
        led = await start(plumbline, person)
    assert (led.status_code, led.headers["cache-control"]) == (302, "no-store")
    query = parse_qs(urlsplit(led.headers["location"]).query)
    assert query["state"] == parse_qs(led.request.url.query.decode())["state"]
    assert query["code_challenge_method"] == ["S256"]
    [[kept]] = await plumbline.execute("SELECT encode(browser_hash, 'escape') FROM oauth_states")
    [value] = led.cookies.values()
    assert value not in kept


@pytest.mark.parametrize(
    ("public_url", "prefix", "path", "is_secure"),
    [
        ("http://localhost:8000", "", "/oauth", False),
        ("https://plumbline.example", "__Secure-", "/oauth", True),
        ("https://example.com/plumbline", "__Secure-", "/plumbline/oauth", True),
    ],
)
async def test_the_cookie_goes_nowhere_else(
    database_url: str, redis_url: str, public_url: str, prefix: str, path: str, is_secure: bool
) -> None:
    """No script reads it, no other site's form brings it, over https it goes by https alone, for the state's life."""
    settings = build_settings(database_url, redis_url).model_copy(update={"public_url": public_url})
    async with open_plumbline(settings) as plumbline, plumbline.as_partner(None) as person:
        plumbline.use_clock(ManualClock(SystemClock().now()))
        opened = await plumbline.open_connection()
        assert opened["authorise_url"].startswith(f"{public_url}/oauth/xero/start?state=")
        led = await person.get("/oauth/xero/start?" + urlsplit(opened["authorise_url"]).query)
    [cookie] = SimpleCookie(led.headers["set-cookie"]).values()
    assert cookie.key.startswith(f"{prefix}plumbline-consent-")
    assert (cookie["path"], cookie["samesite"], cookie["max-age"]) == (path, "lax", "600")
    assert (bool(cookie["httponly"]), bool(cookie["secure"]), cookie["domain"]) == (True, is_secure, "")


async def test_another_browser_cannot_end_it_and_the_right_one_still_can(browser: Browser) -> None:
    """Without the cookie, and with that of another consent, a page says what to do; the state is not used up."""
    opened = await browser.plumbline.open_connection()
    back = await browser.decide(opened["authorise_url"])
    async with browser.plumbline.as_partner(None) as other:
        await start(browser.plumbline, other)
        [value] = other.cookies.values()
        own = browser.plumbline.http.cookies.jar
        [name] = [cookie.name for cookie in own]
        for cookies in ({}, {name: value}, {name: ""}, {name: "\xe9"}):
            page = await other.get(
                back, headers=[(b"cookie", f"{k}={v}".encode("latin-1")) for k, v in cookies.items()]
            )
            assert (page.status_code, "again in this browser" in page.text) == (400, True)
        refused = await other.get(back.replace("code=", "error=access_denied&no="))
        assert "again in this browser" in refused.text
    assert await browser.plumbline.count("token_sets") == 0
    assert (await browser.get(f"/v1/connections/{opened['id']}"))["reason"] != "Consent was declined in Xero."
    assert (await browser.plumbline.http.get(back)).status_code == 200
    assert "has been used" in (await browser.plumbline.http.get(back)).text


async def test_opened_in_another_browser_it_moves_there_until_it_is_used(browser: Browser) -> None:
    """The one that opened it last ends it; afterwards the address leads nowhere, in any browser."""
    opened = await browser.plumbline.open_connection()
    back = await browser.decide(opened["authorise_url"])
    ours = opened["authorise_url"].removeprefix(OURS)
    async with browser.plumbline.as_partner(None) as other:
        assert (await other.get(ours)).status_code == 302
        assert (await browser.plumbline.http.get(back)).status_code == 400
        assert (await other.get(back)).status_code == 200
        for http in (other, browser.plumbline.http):
            again = await http.get(ours)
            assert (again.status_code, "has been used" in again.text) == (400, True)
            assert "set-cookie" not in again.headers


async def test_two_consents_go_on_in_one_browser(browser: Browser) -> None:
    """Each has a cookie of its own: the one that was begun first ends as well."""
    other = await browser.add_organisation("Other Books")
    backs = []
    for business, tenant_id in (("biz_1", browser.xero.tenant_id), ("biz_2", other)):
        opened = await browser.plumbline.open_connection(business)
        backs.append(await browser.decide(opened["authorise_url"], tenant_id=tenant_id))
    assert [(await browser.plumbline.http.get(back)).status_code for back in backs] == [200, 200]


async def test_an_address_that_was_not_opened_or_is_too_old_ends_nothing(browser: Browser) -> None:
    """A state that no browser began with is refused, as is one that was never given out, or is over."""
    opened = await browser.plumbline.open_connection()
    ours = opened["authorise_url"].removeprefix(OURS)
    unopened = await browser.plumbline.http.get(ours.replace("/start", "/callback") + "&code=c")
    assert (unopened.status_code, "again in this browser" in unopened.text) == (400, True)
    assert (await browser.plumbline.http.get("/oauth/xero/start")).status_code == 400
    assert (await browser.plumbline.http.get("/oauth/xero/start?state=made-up")).status_code == 400
    clock = ManualClock(SystemClock().now())
    browser.plumbline.use_clock(clock)
    clock.advance(timedelta(minutes=10))
    late = await browser.plumbline.http.get(ours)
    assert (late.status_code, "ten minutes" in late.text) == (400, True)


async def test_a_choice_belongs_to_the_browser_that_was_shown_it(browser: Browser) -> None:
    """Its page cannot be sent from another browser, and is then still good in the right one, for an hour."""
    path, page, other = await open_choice(browser)
    [cookie] = SimpleCookie(page.headers["set-cookie"]).values()
    assert (cookie["path"], cookie["max-age"]) == ("/oauth", "3600")
    token = page.text.partition('name="token" value="')[2].partition('"')[0]
    async with browser.plumbline.as_partner(None) as elsewhere:
        refused = await elsewhere.post(CHOICE, data={"token": token, "tenant_id": other})
    assert (refused.status_code, "another browser" in refused.text) == (400, True)
    assert (await browser.get(path))["state"] == "pending"
    assert (await browser.choose(page, other)).status_code == 200
