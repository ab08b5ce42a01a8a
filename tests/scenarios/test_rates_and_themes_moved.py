"""A tax rate has another percentage in Xero, or a branding theme is gone there: the next invoice tells of it."""

import asyncio
from typing import Any

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import ask

LINE: Json = {"id": "l1", "description": "Call-out", "quantity": "1", "unit_price": "100.00", "tax": "levy"}


async def edit_rate(house: House, tax_type: str, **changes: Any) -> None:
    """A person edits a tax rate at Xero's screen."""
    await ask(house.xero.patch(f"/people/{house.tenant_id}/taxrates/{tax_type}", json=changes))


async def levy(house: House, rate: int) -> str:
    """A tax rate of the organisation's own, which the app's word `levy` stands for."""
    made = await house.at_xero("taxrates", Name="Levy", Rate=rate)
    await house.sweep()
    await house.choose(taxes={"levy": made["TaxType"]})
    return str(made["TaxType"])


async def total_of(house: House, invoice_id: str = "inv_1") -> tuple[float, str]:
    """What an invoice comes to in Xero, and by Plumbline's word."""
    resource = await house.resource(invoice_id)
    return (await house.in_xero(f"N-{invoice_id}"))["Total"], resource["record"]["total"]


async def test_an_invoice_is_reckoned_with_the_percentage_of_now(house: House) -> None:
    """Xero reckons by its own rate; the rates are read for that, and nothing waits for a person."""
    tax_type = await levy(house, 10)
    await edit_rate(house, tax_type, Rate=15, Name="Levy of 2027")
    await house.write(lines=[LINE], amounts_are="tax_exclusive", total=None)
    await house.drain()
    assert await total_of(house) == (115.0, "115.00")
    await assert_alike(house)


async def test_an_edit_brings_the_percentage_of_now(house: House) -> None:
    """Xero taxes the lines anew when they are written."""
    tax_type = await levy(house, 10)
    await house.write(lines=[LINE], amounts_are="tax_exclusive", total=None)
    await house.drain()
    await edit_rate(house, tax_type, Rate=15)
    await house.edit(lines={"l1": {"quantity": "2"}}, total=None)
    await house.drain()
    assert await total_of(house) == (230.0, "230.00")
    await assert_alike(house)


def document(total: str, version: int = 1, **more: Any) -> Json:
    """An invoice of the app's, to which tax is added, with the total that the app reckons."""
    return {
        "id": "inv_1",
        "number": "N-inv_1",
        "version": version,
        "status": "sent",
        "sent_at": "2026-11-20T03:15:00Z",
        "currency": "AUD",
        "amounts_are": "tax_exclusive",
        "issued_on": "2026-11-20",
        "due_on": "2077-12-04",
        "contact": {"id": "cus_1", "name": "Kim Tran"},
        "lines": [LINE],
        "total": total,
    } | more


async def put(house: House, *documents: Json) -> list[int]:
    """PUT them at the same time; the answers' statuses."""
    path = f"{house.path}/invoices/inv_1"
    answers = await asyncio.gather(*(house.api.put(path, json=each) for each in documents))
    return [answer.status_code for answer in answers]


async def list_paths(house: House, since: int) -> list[str]:
    """What Xero was asked for, after a call."""
    return [call["path"].rpartition("/")[2] for call in await house.calls(since)]


async def test_a_total_by_the_percentage_of_now_is_taken(house: House) -> None:
    """The app knows the new percentage before we do: the rates are read once, and the total is right by them."""
    tax_type = await levy(house, 10)
    await edit_rate(house, tax_type, Rate=15)
    calls = await house.last_call()
    assert await put(house, document("115.00")) == [201]
    assert await list_paths(house, calls) == ["TaxRates"]
    await house.drain()
    assert await total_of(house) == (115.0, "115.00")


async def test_a_total_by_webhook_is_taken_as_one_by_call(house: House) -> None:
    """Both ways in judge alike."""
    tax_type = await levy(house, 10)
    await edit_rate(house, tax_type, Rate=15)
    known = await ask(house.app.get("/plumbline"))
    await ask(house.app.put("/plumbline", json=known | {"send": "webhook"}))
    calls = await house.last_call()
    await house.write(lines=[LINE], amounts_are="tax_exclusive", total="115.00")
    await ask(house.app.post("/flush"))
    assert await list_paths(house, calls) == ["TaxRates"]
    await house.drain()
    assert await total_of(house) == (115.0, "115.00")


@pytest.mark.parametrize(
    "headers", [{"Idempotency-Key": "first"}, {"If-None-Match": "*"}], ids=["key", "condition"]
)
async def test_a_total_of_a_call_that_is_stored_by_itself_is_taken_too(
    house: House, headers: dict[str, str]
) -> None:
    """A key of its own, or a condition, makes no difference to which rates a document is judged by."""
    tax_type = await levy(house, 10)
    await edit_rate(house, tax_type, Rate=15)
    calls = await house.last_call()
    answer = await house.api.put(f"{house.path}/invoices/inv_1", json=document("115.00"), headers=headers)
    assert answer.status_code == 201, answer.text
    assert await list_paths(house, calls) == ["TaxRates"]


async def test_totals_in_a_list_are_taken_as_those_that_come_alone(house: House) -> None:
    """The rates are read once for the whole list; what is wrong by them too is refused by itself."""
    tax_type = await levy(house, 10)
    await edit_rate(house, tax_type, Rate=15)
    calls = await house.last_call()
    totals = ("115.00", "999.00", "115.00")
    sent = [document(total, id=f"inv_{n}", number=f"N-inv_{n}") for n, total in enumerate(totals)]
    told = await ask(house.api.put(f"{house.path}/invoices", json={"invoices": sent}))
    assert [each["outcome"] for each in told["data"]] == ["created", "refused", "created"]
    assert await list_paths(house, calls) == ["TaxRates"]
    await house.drain()
    for n in (0, 2):
        assert await total_of(house, f"inv_{n}") == (115.0, "115.00")


async def test_wrong_totals_ask_xero_once_however_many_come(house: House) -> None:
    """They are refused as ever; where no tax is added to the lines, no rate could mend them."""
    await levy(house, 10)
    calls = await house.last_call()
    wrong = [document("999.00", version) for version in range(1, 5)]
    assert await put(house, *wrong) == [422] * 4
    assert await put(house, document("999.00", amounts_are="tax_inclusive")) == [422]
    assert await list_paths(house, calls) == ["TaxRates"]
    assert await put(house, document("998.00")) == [422]
    assert await list_paths(house, calls) == ["TaxRates"]
    assert await put(house, document("110.00")) == [201]


async def test_a_total_is_judged_by_what_is_known_while_xero_is_down(house: House) -> None:
    """The app is told at once that it is wrong by the rates of before, and is taken when it sends it later."""
    tax_type = await levy(house, 10)
    await edit_rate(house, tax_type, Rate=15)
    await house.fault("unavailable_before", "GET", "/TaxRates")
    assert await put(house, document("115.00")) == [422]
    await house.sweep()
    assert await put(house, document("115.00")) == [201]


async def test_a_branding_theme_that_is_gone_holds_nothing_up(house: House) -> None:
    """The invoice is made with the organisation's usual one, and the business is told."""
    theme = await house.at_xero("brandingthemes", Name="Blue")
    await house.sweep()
    await house.choose(branding_theme=theme["BrandingThemeID"])
    await ask(house.xero.delete(f"/people/{house.tenant_id}/brandingthemes/{theme['BrandingThemeID']}"))
    await house.write()
    await house.drain()
    await assert_alike(house)
    shown = await ask(house.api.get(house.path))
    assert [problem["code"] for problem in shown["problems"]] == ["branding_theme_stale"]
