"""Several organisations in one consent: nothing is guessed, and the person or the partner chooses."""

import asyncio
from typing import Any

import httpx
import pytest

from app.commands.acts.new_partner import create_partner
from tests.integration.api.browser import Browser


async def open_choice(browser: Browser, **said: str | list[str]) -> tuple[str, httpx.Response, str]:
    """A connection whose consent covers two organisations: its address, the page, and the other's tenant id."""
    other = await browser.add_organisation("Other Books")
    opened = await browser.plumbline.open_connection()
    page = await browser.consent(opened["authorise_url"], tenant_id=[browser.xero.tenant_id, other], **said)
    return f"/v1/connections/{opened['id']}", page, other


async def choose_by_api(browser: Browser, path: str, tenant_id: str) -> httpx.Response:
    """The partner chooses."""
    return await browser.plumbline.http.post(f"{path}/organisation", json={"tenant_id": tenant_id})


async def test_the_person_chooses_on_the_page(browser: Browser) -> None:
    """Both are offered there; the one chosen is connected, and the page cannot be used again."""
    path, page, other = await open_choice(browser)
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert "Other Books" in page.text
    assert "Plumb Trades Pty Ltd" in page.text
    assert "form-action 'self'" in page.headers["content-security-policy"]
    done = await browser.choose(page, other)
    assert (done.status_code, "Other Books and biz_1 are kept in step" in done.text) == (200, True)
    shown = await browser.get(path)
    assert (shown["state"], shown["organisation"]["name"]) == ("active", "Other Books")
    again = await browser.choose(page, browser.xero.tenant_id)
    assert (again.status_code, (await browser.get(path))["organisation"]["name"]) == (400, "Other Books")


async def test_the_partner_chooses_by_api(browser: Browser) -> None:
    """Until then the connection is pending and says what is offered; the partner was told of it."""
    path, page, other = await open_choice(browser)
    waiting = await browser.get(path)
    assert (waiting["state"], waiting["next_step"]["code"]) == ("pending", "choose_organisation")
    assert {offer["name"] for offer in waiting["offered"]} == {"Other Books", "Plumb Trades Pty Ltd"}
    chosen = await choose_by_api(browser, path, other.upper())
    assert (chosen.status_code, chosen.json()["organisation"]["name"]) == (200, "Other Books")
    assert await browser.list_notices(path) == ["attention", "connected"]
    late = await choose_by_api(browser, path, other)
    assert (late.status_code, late.json()["type"]) == (409, "/problems/wrong_state")
    assert (await browser.choose(page, other)).status_code == 400


async def test_what_was_not_offered_cannot_be_chosen(browser: Browser) -> None:
    """By API a problem, on the page the choice again with a sentence and a fresh token."""
    path, page, other = await open_choice(browser)
    strange = await choose_by_api(browser, path, "made-up")
    assert (strange.status_code, strange.json()["type"]) == (422, "/problems/organisation_not_offered")
    again = await browser.choose(page, "made-up")
    assert (again.status_code, "covers no such organisation" in again.text) == (200, True)
    assert (await browser.choose(again, other)).status_code == 200


@pytest.mark.parametrize("token", ["", "made-up"])
async def test_a_choice_needs_the_page_that_belongs_to_it(browser: Browser, token: str) -> None:
    """A made-up token chooses nothing, and neither does the state of a consent that was begun."""
    path, _, other = await open_choice(browser)
    form = {"token": token, "tenant_id": other}
    answer = await browser.plumbline.http.post("/oauth/xero/organisation", data=form)
    assert answer.status_code == 400
    url = (await browser.plumbline.http.post(f"{path}/authorise")).json()["authorise_url"]
    state = httpx.URL(url).params["state"]
    form = {"token": state, "tenant_id": other}
    assert (await browser.plumbline.http.post("/oauth/xero/organisation", data=form)).status_code == 400
    assert (await browser.get(path))["state"] == "pending"


async def test_a_choice_while_xero_is_down_can_be_made_again(browser: Browser) -> None:
    """The organisation was not read: the choice stays open on the page and by API."""
    path, page, other = await open_choice(browser)
    await browser.control("/faults", kind="unavailable_before", path="/Accounts", times=2)
    again = await browser.choose(page, other)
    assert (again.status_code, "did not answer" in again.text) == (200, True)
    down = await choose_by_api(browser, path, browser.xero.tenant_id)
    assert (down.status_code, down.json()["type"]) == (503, "/problems/xero_unavailable")
    assert (await browser.get(path))["next_step"]["code"] == "choose_organisation"
    assert (await browser.choose(again, other)).status_code == 200
    assert (await browser.get(path))["organisation"]["name"] == "Other Books"


async def test_two_who_choose_at_once_choose_once(browser: Browser) -> None:
    """Person and partner press at the same moment: one organisation is connected, and both say the same afterwards."""
    path, page, other = await open_choice(browser)
    answers = await asyncio.gather(
        browser.choose(page, other), choose_by_api(browser, path, browser.xero.tenant_id)
    )
    connection = await browser.plumbline.get_connection(path)
    assert connection.state == "active"
    assert connection.organisation
    assert (connection.tenant_id == other) is (connection.organisation.name == "Other Books")
    assert any(answer.status_code == 200 for answer in answers)


async def test_the_other_organisation_needs_no_second_consent(browser: Browser) -> None:
    """One consent serves several connections of a partner: the other is opened with `same_consent_as` and chosen."""
    path, page, other = await open_choice(browser)
    await browser.choose(page, browser.xero.tenant_id)
    new = {"business_id": "biz_2", "same_consent_as": path.split("/")[3]}
    opened = (await browser.plumbline.http.post("/v1/connections", json=new)).json()
    assert [offer["name"] for offer in opened["offered"]] == ["Other Books"]
    assert (opened["next_step"]["code"], opened["authorise_url"]) == ("choose_organisation", None)
    sibling = f"/v1/connections/{opened['id']}"
    assert (await choose_by_api(browser, sibling, other)).json()["state"] == "active"
    assert await browser.plumbline.count("token_sets") == 1
    third = await browser.plumbline.http.post("/v1/connections", json=new)
    taken = await choose_by_api(browser, f"/v1/connections/{third.json()['id']}", other)
    assert (taken.status_code, taken.json()["type"]) == (409, "/problems/organisation_taken")


async def test_a_consent_for_one_organisation_cannot_be_shared(browser: Browser) -> None:
    """There is nothing more to connect; neither is there in a connection that is not the partner's."""
    path = await browser.open_active()
    for source, status in ((path.split("/")[3], 409), ("6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10", 422)):
        new = {"business_id": "biz_2", "same_consent_as": source}
        assert (await browser.plumbline.http.post("/v1/connections", json=new)).status_code == status
    assert await browser.plumbline.count("connections") == 1


async def test_a_choice_between_organisations_that_were_authorised_before_is_not_guessed(
    browser: Browser,
) -> None:
    """One that is authorised again keeps its first event id (FACTS 1): all of the person's are offered."""
    other = await browser.add_organisation("Other Books")
    for tenant_id in (browser.xero.tenant_id, other):
        await browser.open_active(f"shop {tenant_id}", tenant_id=tenant_id)
    await browser.plumbline.execute("UPDATE connections SET state = 'removed', tenant_id = NULL")
    opened = await browser.plumbline.open_connection("again")
    page = await browser.consent(opened["authorise_url"])
    assert (page.status_code, "Choose an organisation" in page.text) == (200, True)
    assert (await browser.choose(page, browser.xero.tenant_id)).status_code == 200
    assert sorted(await browser.list_open()) == sorted([browser.xero.tenant_id, other])


async def test_what_another_partner_holds_is_for_the_person_alone_to_see(browser: Browser) -> None:
    """An accountant serves clients of two partners: neither learns of the other's by API."""
    other = await browser.add_organisation("Client Of Another")
    stranger = await create_partner(browser.plumbline.settings, "Another", None)
    async with browser.plumbline.as_partner(stranger["api_key"]) as them:
        opened = (await them.post("/v1/connections", json={"business_id": "b"})).json()
        assert (await browser.consent(opened["authorise_url"], tenant_id=other)).status_code == 200
    path = await browser.open_active()
    assert (await browser.get(path))["offered"] == []
    await browser.plumbline.execute(
        "UPDATE connections SET state = 'removed', tenant_id = NULL WHERE id = CAST(:id AS uuid)",
        id=path.split("/")[3],
    )
    again = await browser.plumbline.open_connection("again")
    page = await browser.consent(again["authorise_url"])
    assert "Client Of Another" in page.text
    shown: dict[str, Any] = await browser.get(f"/v1/connections/{again['id']}")
    assert [offer["name"] for offer in shown["offered"]] == ["Plumb Trades Pty Ltd"]
    refused = await choose_by_api(browser, f"/v1/connections/{again['id']}", other)
    assert refused.json()["type"] == "/problems/organisation_not_offered"
