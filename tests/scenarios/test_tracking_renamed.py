"""Somebody gives a tracking option or its category another name in Xero: that is no edit of the invoices under it."""

from typing import Any

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import ask


async def tracked(house: House, invoices: int = 3) -> str:
    """Invoices stand in Xero under an option that the business chose; answers the category's id."""
    path = f"/people/{house.tenant_id}/trackingcategories"
    region = await ask(house.xero.post(path, json={"Name": "Region", "Options": ["North", "South"]}))
    await house.sweep()
    key, north = region["TrackingCategoryID"], region["Options"][0]["TrackingOptionID"]
    await house.choose(tracking={key: north})
    for number in range(1, invoices + 1):
        await house.write(f"inv_{number}")
    await house.drain()
    return str(key)


async def rename(house: House, key: str, to: str, *, option: str | None = None) -> None:
    """A person gives the category, or an option of it, another name."""
    wish = {"Name": to} | ({} if option is None else {"Option": option})
    await ask(house.xero.patch(f"/people/{house.tenant_id}/trackingcategories/{key}", json=wish))


async def compare(house: House) -> Json:
    """Ask for a compare, and answer what came of it."""
    await ask(house.api.post(f"{house.path}/compare"))
    await house.drain()
    return dict((await ask(house.api.get(f"{house.path}/comparison")))["last"])


async def list_told(house: House) -> list[str]:
    """The codes of what the business was told of its settings."""
    notices = (await ask(house.app.get("/notices")))["data"]
    told: list[Any] = [each["problems"] for each in notices if each["type"] == "connection.attention"]
    return [problem["code"] for problems in told for problem in problems]


async def every_finding(house: House) -> list[Json]:
    """What is kept for a person to look at, open or over."""
    return list((await ask(house.api.get(f"{house.path}/discrepancies")))["data"])


async def test_a_renamed_option_is_no_finding_of_each_invoice(house: House) -> None:
    """The business is told of the option once; a compare finds no invoice that differs, and asks the facts once."""
    key = await tracked(house)
    await rename(house, key, "Northern", option="North")
    await rename(house, key, "Area")
    calls = await house.last_call()
    assert (await compare(house))["differing"] == 0
    assert await every_finding(house) == []
    assert await list_told(house) == ["tracking_renamed"]
    paths = [call["path"].rpartition("/")[2] for call in await house.calls(calls)]
    assert sorted(paths) == ["Invoices", "TrackingCategories"]
    assert (await compare(house))["differing"] == 0
    assert await list_told(house) == ["tracking_renamed"]


async def test_what_a_preflight_reads_first_is_no_finding_either(house: House) -> None:
    """Somebody asks for a pre-flight right after the option was renamed: its former name stays known."""
    key = await tracked(house)
    await rename(house, key, "Northern", option="North")
    await ask(house.api.post(f"{house.path}/preflight"))
    assert (await compare(house))["differing"] == 0
    assert await every_finding(house) == []
    assert await list_told(house) == ["tracking_renamed"]


async def test_options_that_exchange_their_names_are_no_finding_either(house: House) -> None:
    """Both names are known, as those of the other one: the ids tell."""
    key = await tracked(house)
    for name, to in (("North", "x"), ("South", "North"), ("x", "South")):
        await rename(house, key, to, option=name)
    assert (await compare(house))["differing"] == 0
    assert await every_finding(house) == []


@pytest.mark.proof
async def test_another_option_is_an_edit_beside_a_renamed_one(house: House) -> None:
    """A person moves one invoice to the other option, and what the app edits later leaves each where it is."""
    key = await tracked(house)
    await rename(house, key, "Northern", option="North")
    south = [{"TrackingCategoryID": key, "Option": "South"}]
    await house.edit_xero("N-inv_2", LineItems=[{"index": 0, "Tracking": south}])
    await house.drain()
    assert (await compare(house))["differing"] == 0
    await house.edit("inv_2", reference="PO 2")
    await house.edit("inv_3", lines={"l1": {"quantity": "2"}})
    await house.drain()
    for number, option in ((1, "Northern"), (2, "South"), (3, "Northern")):
        [line] = (await house.in_xero(f"N-inv_{number}"))["LineItems"]
        assert [each["Option"] for each in line["Tracking"]] == [option]
        await assert_alike(house, f"inv_{number}")
