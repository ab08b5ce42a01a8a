"""Settings change in daily business: what stands is let be, what comes follows the new choice."""

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.opening import open_house
from tests.scenarios.test_gate import write_in_xero
from tests.scenarios.troubles import ask, in_the_middle, standing

LINE = {"id": "l1", "unit_price": "110.00", "category": "materials", "tax": "gst"}


async def accounts_of(house: House, number: str) -> list[str]:
    """The account codes of an invoice's lines in Xero."""
    return [line["AccountCode"] for line in (await house.in_xero(number))["LineItems"]]


async def test_another_account_for_a_category_is_for_new_lines(house: House) -> None:
    """An invoice that stands in Xero keeps its accounts, also when it is edited; new lines use the new one."""
    await house.choose(revenue_accounts={"materials": "220"})
    await house.write("inv_1", lines=[LINE])
    await house.drain()
    await house.choose(revenue_accounts={"materials": "210"})
    await house.drain()
    await house.write("inv_2", lines=[LINE])
    await house.edit("inv_1", lines={"l1": {"unit_price": "120.00"}, "l2": {**LINE, "id": "l2"}})
    await house.drain()
    assert await accounts_of(house, "N-inv_1") == ["220", "210"]
    assert await accounts_of(house, "N-inv_2") == ["210"]
    assert [line["category"] for line in (await house.in_app("inv_1"))["lines"]] == ["materials", "materials"]
    await assert_alike(house, "inv_1")
    await assert_alike(house, "inv_2")


async def test_settings_that_cannot_work_are_refused_by_name(house: House) -> None:
    """An archived account, an expense account, a tax for purchases, an account that takes no payments."""
    change = {
        "revenue_accounts": {"old": "299", "cost": "400"},
        "taxes": {"gst": "INPUT"},
        "payment_account": "200",
    }
    answer = await house.api.patch(f"{house.path}/settings", json=change)
    assert answer.status_code == 422
    assert sorted(error["field"] for error in answer.json()["errors"]) == [
        "payment_account",
        "revenue_accounts.cost",
        "revenue_accounts.old",
        "taxes.gst",
    ]
    await house.write()
    await house.drain()
    await assert_alike(house)


@pytest.mark.proof
async def test_no_tax_on_one_line_is_a_tax_of_its_own(database_url: str, redis_url: str) -> None:
    """In New Zealand a taxed invoice may have a line without GST: the app sees it, and it survives a round trip."""
    async with open_house(database_url, redis_url) as house:
        made = await house._json(
            house.xero.post("/organisations", json={"name": "Kiwi Plumbing", "country": "NZ"})
        )
        house.tenant_id = made["tenant_id"]
        await house.connect()
        lines = [
            {**LINE, "id": "l1", "category": None},
            {**LINE, "id": "l2", "category": None, "unit_price": "23.00"},
        ]
        await house.write(currency="NZD", amounts_are="tax_exclusive", lines=lines)
        await house.drain()
        assert (await house.in_xero())["Total"] == 152.95
        await house.edit_xero(LineItems=[{"index": 1, "TaxType": "NONE"}])
        await house.drain()
        assert [line["tax"] for line in (await house.in_app())["lines"]] == ["gst", "xero:NONE"]
        await house.edit(lines={"l2": {"unit_price": "24.00"}})
        await house.drain()
        assert (await house.in_xero())["Total"] == 150.5
        await house.edit(lines={"l2": {"tax": "gst"}})
        await house.drain()
        assert (await house.in_xero())["Total"] == 154.1
        await assert_alike(house)


@pytest.mark.parametrize(
    ("before", "code", "after"),
    [
        ({"sync_from": "2099-01-01"}, "before_sync_from", {"sync_from": None}),
        (
            {"directions": {"invoices": "to_partner"}},
            "invoices_stay_home",
            {"directions": {"invoices": "both"}},
        ),
        (
            {"revenue_accounts": {"labour": None}},
            "category_unmapped",
            {"revenue_accounts": {"labour": "200"}},
        ),
    ],
    ids=["a date", "a direction", "an account"],
)
async def test_an_invoice_in_a_workers_hands_goes_by_the_settings_that_were_chosen_meanwhile(
    house: House, before: Json, code: str, after: Json
) -> None:
    """What the worker recorded by those of before is looked at again, and nothing waits for a cause that is gone."""
    await house.choose(**before)
    await house.write("inv_1", lines=[LINE | {"category": "labour"}])
    await house.drain()
    assert (await house.resource("inv_1"))["reason"]["code"] == code
    await ask(house.api.post(f"{house.path}/sweep"))
    await house.write("inv_2", lines=[LINE | {"category": "labour"}])
    await ask(house.app.post("/flush"))
    async with in_the_middle(house, "GET", "/Invoices"):
        await house.choose(**after)
    await house.drain()
    for invoice_id in ("inv_1", "inv_2"):
        assert await standing(house, invoice_id) == ("settled", None)
        await assert_alike(house, invoice_id)


async def test_a_gate_that_is_opened_while_xero_is_searched_lets_in_what_was_passed_over(
    house: House,
) -> None:
    """The search under way goes by the settings of before; what they left outside is looked at once more."""
    await house.choose(import_from_xero="off")
    await write_in_xero(house, "X-1")
    await house.drain()
    assert await house.list_in_app() == []
    await ask(house.api.post(f"{house.path}/sweep"))
    async with in_the_middle(house, "GET", "/Invoices"):
        await house.choose(import_from_xero="sent")
    await house.drain()
    assert [document["number"] for document in await house.list_in_app()] == ["X-1"]
