"""What an organisation has to choose from, what of the choice went stale, and a look again that a person asks for."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from app.db.connections.organisations import save_organisation
from app.domain.xero.organisation import BrandingTheme, TrackingCategory, TrackingOption
from tests.integration.api.driver import ORGANISATION, Plumbline, document

REGION = TrackingCategory(
    "c-1", "Region", "ACTIVE", (TrackingOption("o-1", "North"), TrackingOption("o-2", "South", "ARCHIVED"))
)
OLD = TrackingCategory("c-2", "Old", "ARCHIVED")
CHOICES = replace(
    ORGANISATION,
    accounts=tuple(replace(account, status="ARCHIVED") for account in ORGANISATION.accounts),
    tracking_categories=(REGION, OLD),
    branding_themes=(BrandingTheme("t-1", "Plain"),),
)


async def test_what_there_is_to_choose_from_is_listed(plumbline: Plumbline) -> None:
    """Everything, or what fits sales; and the settings that the organisation has left behind are named with it."""
    path = await plumbline.open_active()
    async with plumbline.database.writing() as session:
        await save_organisation(session, UUID(path.split("/")[3]), CHOICES, datetime.now(UTC))
    everything = (await plumbline.http.get(f"{path}/tracking-categories")).json()
    assert [category["name"] for category in everything["data"]] == ["Region", "Old"]
    assert everything["fetched_at"] is not None
    fit = (await plumbline.http.get(f"{path}/tracking-categories", params={"fit_for": "sales"})).json()[
        "data"
    ]
    assert [(category["name"], [o["name"] for o in category["options"]]) for category in fit] == [
        ("Region", ["North"])
    ]
    unfit = await plumbline.http.get(f"{path}/tracking-categories", params={"fit_for": "payments"})
    assert unfit.json()["data"] == []
    themes = (await plumbline.http.get(f"{path}/branding-themes")).json()["data"]
    assert themes == [{"theme_id": "t-1", "name": "Plain"}]
    rates = (await plumbline.http.get(f"{path}/tax-rates", params={"fit_for": "sales"})).json()["data"]
    assert rates
    assert all(rate["fits_sales"] for rate in rates)
    problems = (await plumbline.http.get(path)).json()["problems"]
    assert problems == (await plumbline.http.get(f"{path}/settings")).json()["problems"]
    assert {problem["code"] for problem in problems} == {"account_stale"}


async def test_a_look_again_is_asked_for(plumbline: Plumbline) -> None:
    """The invoice and its connection are behind from then on; an unknown invoice is 404."""
    path = await plumbline.open_active()
    await plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    await plumbline.execute("UPDATE invoice_links SET settled_generation = generation, state = 'held'")
    await plumbline.execute("UPDATE connections SET settled_generation = generation")
    answer = await plumbline.http.post(f"{path}/invoices/inv_1/retry")
    assert (answer.status_code, answer.json()["state"]) == (200, "behind")
    assert (await plumbline.get_connection(path)).is_behind
    assert (await plumbline.get_connection(path)).facts_due
    assert (await plumbline.http.post(f"{path}/invoices/inv_9/retry")).status_code == 404
