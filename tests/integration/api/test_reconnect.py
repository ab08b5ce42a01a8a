"""Consent given again: by the same person, by another, for other books on purpose; and what one consent revives."""

from datetime import timedelta

from app.clock import ManualClock, SystemClock
from app.domain.connections.connection import ConnectionState
from app.wiring import open_worker
from tests.integration.api.browser import Browser


async def lose_tokens(browser: Browser) -> None:
    """Sixty-one days pass in which nobody refreshes; the next reconcile of any connection finds out."""
    await browser.control("/clock", advance_seconds=61 * 24 * 3600)
    await browser.plumbline.execute("UPDATE token_sets SET expires_at = now() - interval '1 day'")


async def reconcile(browser: Browser, path: str) -> None:
    """A worker looks at a connection."""
    connection = await browser.plumbline.get_connection(path)
    clock = ManualClock(SystemClock().now() + timedelta(minutes=1))
    async with open_worker(browser.plumbline.settings, clock) as worker:
        await worker.reconciler.reconcile(connection.id)


async def test_another_person_of_the_same_organisation_takes_over(browser: Browser) -> None:
    """Every link resumes with their consent; the first person's entry in Xero is closed and their tokens forgotten."""
    path = await browser.open_active()
    await browser.plumbline.set_state(path, ConnectionState.DISCONNECTED, "gone")
    page = await browser.authorise(path, user="bookkeeper@example.com")
    assert page.status_code == 200
    assert (await browser.get(path))["state"] == "active"
    assert len(await browser.list_open()) == 2
    clock = ManualClock(SystemClock().now() + timedelta(minutes=1))
    async with open_worker(browser.plumbline.settings, clock) as worker:
        await worker.closings.close_due()
    assert await browser.list_open() == [browser.xero.tenant_id]
    assert await browser.plumbline.count("token_sets") == 1
    assert (await browser.get(path))["state"] == "active"
    await reconcile(browser, path)
    assert (await browser.get(path))["state"] == "active"


async def test_one_consent_revives_all_that_died_with_the_persons_tokens(browser: Browser) -> None:
    """All are lost in one reconcile and told; one consent of the person brings them back, the paused one paused."""
    first = await browser.open_active("biz_1")
    other = await browser.add_organisation("Other Books")
    second = await browser.open_active("biz_2", tenant_id=other)
    third_books = await browser.add_organisation("Third Books")
    third = await browser.open_active("biz_3", tenant_id=third_books)
    await browser.plumbline.http.post(f"{second}/pause")
    await lose_tokens(browser)
    await reconcile(browser, first)
    for path in (first, second, third):
        lost = await browser.get(path)
        assert (lost["state"], lost["next_step"]["code"]) == ("disconnected", "authorise_again")
        assert "sixty days" in lost["reason"]
        assert (await browser.list_notices(path))[-1] == "disconnected"
    await browser.control("/disconnect", tenant_id=third_books)
    assert (await browser.authorise(first)).status_code == 200
    states = [(await browser.get(path))["state"] for path in (first, second, third)]
    assert states == ["active", "paused", "disconnected"]
    assert (await browser.list_notices(second))[-2:] == ["disconnected", "connected"]
    assert (await browser.get(second))["next_step"]["code"] == "resume"


async def test_what_its_organisation_disconnected_is_not_revived_by_the_way(browser: Browser) -> None:
    """That was somebody's decision about this connection, whatever else the person connects afterwards."""
    first = await browser.open_active("biz_1")
    other = await browser.add_organisation("Other Books")
    second = await browser.open_active("biz_2", tenant_id=other)
    await browser.control("/disconnect", tenant_id=other)
    await reconcile(browser, second)
    assert (await browser.get(second))["state"] == "disconnected"
    assert (await browser.authorise(first)).status_code == 200
    assert (await browser.get(second))["state"] == "disconnected"
    assert await browser.list_notices(second) == ["connected", "disconnected"]


async def test_a_reconnect_says_so_once(browser: Browser) -> None:
    """Connected, lost, connected again: one notice each, and none for a consent that changes no state."""
    path = await browser.open_active()
    await browser.authorise(path)
    assert await browser.list_notices(path) == ["connected"]
    await browser.control("/disconnect", tenant_id=browser.xero.tenant_id)
    for _ in range(2):
        await reconcile(browser, path)
    await browser.authorise(path)
    assert await browser.list_notices(path) == ["connected", "disconnected", "connected"]


async def test_other_books_are_forked_on_purpose(browser: Browser) -> None:
    """A new connection with the settings carried over by code; the old one goes on, and no link comes along."""
    path = await browser.open_active()
    bank = (await browser.get(f"{path}/accounts?fit_for=payments"))["data"][0]
    chosen = {
        "revenue_accounts": {"general": "200"},
        "payment_account": bank["account_id"],
        "conflict_policy": "hold",
    }
    changed = await browser.plumbline.http.patch(f"{path}/settings", json=chosen)
    assert changed.status_code == 200, changed.text
    other = await browser.add_organisation("New Books")
    forked = (await browser.plumbline.http.post(f"{path}/fork", json={"display_name": "New"})).json()
    assert (forked["state"], forked["business_id"], forked["display_name"]) == ("pending", "biz_1", "New")
    assert (await browser.consent(forked["authorise_url"], tenant_id=other)).status_code == 200
    new_path = f"/v1/connections/{forked['id']}"
    theirs, ours = await browser.get(f"{new_path}/settings"), await browser.get(f"{path}/settings")
    assert theirs["conflict_policy"] == "hold"
    accounts = (await browser.get(f"{new_path}/accounts"))["data"]
    by_id = {account["account_id"]: account for account in accounts}
    assert by_id[theirs["revenue_accounts"]["general"]]["code"] == "200"
    assert by_id[theirs["payment_account"]]["name"] == bank["name"]
    assert theirs["revenue_accounts"] != ours["revenue_accounts"]
    assert (await browser.get(path))["state"] == "active"


async def test_what_was_chosen_for_the_other_books_before_their_consent_stands(browser: Browser) -> None:
    """The rest is carried over; above all, nothing that is older than the new books goes into them."""
    path = await browser.open_active()
    http = browser.plumbline.http
    for_old = {"conflict_policy": "hold", "conflict_policies": {"lines": "xero_wins"}, "due_days": 7}
    await http.patch(f"{path}/settings", json=for_old)
    other = await browser.add_organisation("New Books")
    forked = (await http.post(f"{path}/fork")).json()
    new_path = f"/v1/connections/{forked['id']}"
    for_new = {"sync_from": "2026-07-01", "conflict_policies": {"payments": "hold"}, "due_days": 30}
    assert (await http.patch(f"{new_path}/settings", json=for_new)).status_code == 200
    assert (await browser.consent(forked["authorise_url"], tenant_id=other)).status_code == 200
    kept = await browser.get(f"{new_path}/settings")
    assert {
        name: kept[name] for name in ("sync_from", "conflict_policy", "conflict_policies", "due_days")
    } == {
        "sync_from": "2026-07-01",
        "conflict_policy": "hold",
        "conflict_policies": {"lines": "xero_wins", "payments": "hold"},
        "due_days": 30,
    }


async def test_a_fork_to_the_same_books_is_refused(browser: Browser) -> None:
    """Two connections would write every invoice twice."""
    path = await browser.open_active()
    forked = (await browser.plumbline.http.post(f"{path}/fork")).json()
    page = await browser.consent(forked["authorise_url"])
    assert (page.status_code, "connected already" in page.text) == (400, True)


async def test_what_was_never_connected_cannot_be_forked(browser: Browser) -> None:
    """There is nothing to take over."""
    opened = await browser.plumbline.open_connection()
    answer = await browser.plumbline.http.post(f"/v1/connections/{opened['id']}/fork")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not_authorised_yet")


async def test_a_scope_that_is_missing_is_named_until_a_new_consent(browser: Browser) -> None:
    """Active but told: which scopes, and the call to make; it goes away by itself with the new consent."""
    connection = await browser.open_active()
    await browser.plumbline.execute(
        "UPDATE token_sets SET scopes = replace(scopes, 'accounting.payments', '')"
    )
    await browser.control("/faults", kind="scope_missing", path="/Invoices")
    await reconcile(browser, connection)
    shown = await browser.get(connection)
    assert (shown["state"], shown["missing_scopes"]) == ("active", ["accounting.payments"])
    assert shown["next_step"]["code"] == "grant_scopes"
    assert "accounting.payments" in shown["next_step"]["message"]
    assert shown["retry_reason"].startswith("scope_missing:")
    assert await browser.list_notices(connection) == ["connected", "attention"]
    assert (await browser.authorise(connection)).status_code == 200
    healed = await browser.get(connection)
    assert (healed["missing_scopes"], healed["retry_reason"]) == ([], None)
    assert (healed["next_step"] or {}).get("code") != "grant_scopes"


async def test_providers_are_listed_with_what_a_person_is_asked_for(browser: Browser) -> None:
    """Each scope has its purpose, and the address of consent asks for exactly these."""
    [xero] = (await browser.get("/v1/providers"))["data"]
    assert xero["id"] == "xero"
    assert all(scope["purpose"].endswith(".") for scope in xero["scopes"])
    opened = await browser.plumbline.open_connection()
    asked = await browser.open(opened["authorise_url"])
    for scope in xero["scopes"]:
        assert scope["scope"] in asked
    assert "accounting.attachments" not in asked
