"""What a partner has many of, connections, endpoints and Xero apps, is listed page by page, as everything else is."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.commands.acts.connections import list_all
from app.db.connections import facts_at_hand
from app.db.connections.listed import build_connection_page, list_shown_connections
from app.db.connections.organisations import save_organisation
from app.db.items.xero_items import replace_xero_items
from app.db.partners.xero_apps import build_app_page
from app.domain.connections.connection import ConnectionState
from app.domain.xero.organisation import Account, BrandingTheme, TaxRate, TrackingCategory, TrackingOption
from tests.integration.api.driver import ORGANISATION, SETTINGS, Plumbline
from tests.integration.api.plans import ROWS, explain
from tests.integration.api.test_lists import list_ids

NOW = datetime.now(UTC)
LISTS = ("/v1/connections", "/v1/webhook-endpoints", "/v1/xero-apps")
FILL_CONNECTIONS = """
INSERT INTO connections (id, partner_id, business_id, display_name, state, created_at)
SELECT gen_random_uuid(), :partner, 'biz_' || n % 400, 'Business', 'active', now() - n * interval '1 minute'
FROM generate_series(1, :rows) AS n
"""
FILL_APPS = """
INSERT INTO xero_apps (id, partner_id, name, client_id, client_secret, created_at)
SELECT gen_random_uuid(), :partner, 'App', 'app ' || n, '', now() - n * interval '1 minute'
FROM generate_series(1, :rows) AS n
"""


async def open_one(plumbline: Plumbline, n: int) -> str:
    """A connection, every other one of the same business."""
    return str((await plumbline.open_connection(f"biz_{n % 2}"))["id"])


async def make_endpoint(plumbline: Plumbline, n: int) -> str:
    """An address that listens."""
    new = {"url": f"https://app.example/hooks/{n}", "part": "listens"}
    return str((await plumbline.http.post("/v1/webhook-endpoints", json=new)).json()["id"])


async def register_app(plumbline: Plumbline, n: int) -> str:
    """A Xero app."""
    new = {"name": f"App {n}", "client_id": f"client {n}", "client_secret": "a secret of Xero's"}
    return str((await plumbline.http.post("/v1/xero-apps", json=new)).json()["id"])


@pytest.mark.parametrize(
    ("where", "make"), list(zip(LISTS, (open_one, make_endpoint, register_app), strict=True))
)
async def test_what_a_partner_has_is_walked_page_by_page(
    plumbline: Plumbline, where: str, make: Callable[[Plumbline, int], Awaitable[str]]
) -> None:
    """Oldest first, each once, also where all came in the same moment; what comes meanwhile comes last."""
    made = [await make(plumbline, n) for n in range(5)]
    assert await list_ids(plumbline, where) == made
    first = (await plumbline.http.get(where, params={"limit": 3})).json()
    made.append(await make(plumbline, 5))
    rest = (await plumbline.http.get(where, params={"limit": 4, "cursor": first["next"]})).json()
    assert [one["id"] for one in first["data"] + rest["data"]] == made
    assert rest["next"] is None
    table = where.removeprefix("/v1/").replace("-", "_")
    await plumbline.execute(f"UPDATE {table} SET created_at = now()")  # noqa: S608 - one of three tables
    assert await list_ids(plumbline, where) == sorted(made)


@pytest.mark.parametrize("where", LISTS)
async def test_a_page_that_cannot_be_is_refused_by_field(plumbline: Plumbline, where: str) -> None:
    """As of every other list."""
    for name, value in (("limit", "0"), ("limit", "501"), ("cursor", "x"), ("page", "2")):
        answer = await plumbline.http.get(where, params={name: value})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, name), value


async def test_c1_a_business_is_walked_by_itself(plumbline: Plumbline) -> None:
    """With its removed ones left out; a cursor of it is none of the whole list's, and an unknown business is told."""
    made = [await open_one(plumbline, n) for n in range(7)]
    (await plumbline.http.delete(f"/v1/connections/{made[2]}")).raise_for_status()
    of_business = {"business_id": "biz_0"}
    assert await list_ids(plumbline, "/v1/connections", **of_business) == [made[0], made[4], made[6]]
    assert await list_ids(plumbline, "/v1/connections") == made
    page = (await plumbline.http.get("/v1/connections", params=of_business | {"limit": "3"})).json()
    last = await plumbline.http.get("/v1/connections", params=of_business | {"cursor": page["next"]})
    assert (last.status_code, last.json()) == (200, {"data": [], "next": None})
    for query in ({}, {"business_id": "biz_1"}):
        refused = await plumbline.http.get("/v1/connections", params=query | {"cursor": page["next"]})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "cursor")
    unknown = await plumbline.http.get("/v1/connections", params={"business_id": "biz_9", "limit": "2"})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (404, "business_id")


async def test_each_page_is_found_by_an_index(plumbline: Plumbline) -> None:
    """Of thousands of connections and apps, from any place on; of a business too."""
    partner = UUID(plumbline.partner["partner_id"])
    for statement in (FILL_CONNECTIONS, FILL_APPS):
        await plumbline.execute(statement, partner=partner, rows=ROWS)
    await plumbline.execute("ANALYZE connections, xero_apps")
    for after in (None, (NOW, uuid4())):
        listed = await explain(plumbline, build_connection_page(partner, None, after, 50))
        assert listed == {"ix_connections_listed"}
        of_business = await explain(plumbline, build_connection_page(partner, "biz_7", after, 50))
        assert of_business == {"ix_connections_business"}
        assert await explain(plumbline, build_app_page(partner, after, 50)) == {"ix_xero_apps_listed"}
    counted = (await plumbline.http.get("/v1/providers")).json()["data"][0]["connections"]
    assert counted == {"active": ROWS}


async def test_a_list_reads_no_more_of_the_facts_than_it_shows(plumbline: Plumbline) -> None:
    """Accounts, rates and themes that no setting names stay in the database, and nothing is kept at hand: a walk would
    put away what is worked with. What is shown is what the connection alone shows.
    """
    many = tuple(
        Account(f"acc-{n}", f"9{n:03}", f"Other {n}", "REVENUE", "REVENUE", "ACTIVE", False, False)
        for n in range(300)
    )
    organisation = replace(
        ORGANISATION,
        accounts=(*ORGANISATION.accounts, *many),
        tax_rates=(
            *ORGANISATION.tax_rates,
            TaxRate("OLD", "Old tax", ORGANISATION.tax_rates[0].rate, "DELETED", True),
        ),
        tracking_categories=(
            TrackingCategory("cat-1", "Region", "ACTIVE", (TrackingOption("opt-1", "North", "ARCHIVED"),)),
            TrackingCategory("cat-2", "Crew", "ACTIVE", ()),
        ),
        branding_themes=(BrandingTheme("theme-1", "Usual"),),
    )
    chosen = replace(
        SETTINGS,
        revenue_accounts={"general": "acc-sales", "materials": "acc-old", "labour": "acc-gone"},
        item_accounts={"TAP": "445"},
        taxes={"gst": "OUTPUT", "old": "OLD", "lost": "LOST"},
        tracking={"cat-1": "opt-1"},
        branding_theme_id="theme-2",
        payment_account_id="9007",
        fallback_item="SUNDRY",
    )
    path = await plumbline.open_active(chosen)
    connection_id = UUID(path.split("/")[3])
    async with plumbline.database.writing() as session:
        await save_organisation(session, connection_id, organisation, NOW)
        await replace_xero_items(session, connection_id, [], NOW)
    facts_at_hand._at_hand.clear()
    [listed] = (await plumbline.http.get("/v1/connections")).json()["data"]
    assert not facts_at_hand._at_hand
    assert listed == (await plumbline.http.get(path)).json()
    assert {one["setting"] for one in listed["problems"]} == {
        "revenue_accounts.materials", "revenue_accounts.labour", "taxes.old", "taxes.lost", "payment_account",
        "tracking.cat-1", "branding_theme", "fallback_item",
    }  # fmt: skip
    async with plumbline.database.reading() as session:
        [read] = await list_shown_connections(session, UUID(plumbline.partner["partner_id"]), limit=1)
    assert read.organisation is not None
    assert [one.account_id for one in read.organisation.accounts] == [
        "acc-sales",
        "acc-old",
        "acc-power",
        "acc-7",
    ]
    assert [one.tax_type for one in read.organisation.tax_rates] == ["OUTPUT", "OLD"]
    assert [one.category_id for one in read.organisation.tracking_categories] == ["cat-1"]
    assert read.organisation.branding_themes == ()


async def test_operators_see_all_connections_however_many(
    plumbline: Plumbline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command walks the pages; the removed ones are among them."""
    monkeypatch.setattr("app.commands.acts.connections.PAGE", 2)
    made = [await open_one(plumbline, n) for n in range(5)]
    await plumbline.set_state(f"/v1/connections/{made[1]}", ConnectionState.REMOVED)
    shown: Any = (await list_all(plumbline.app.state.services, None, None)).data
    assert [str(one["id"]) for one in shown["data"]] == made
