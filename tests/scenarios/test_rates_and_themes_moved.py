"""A tax rate has another percentage in Xero, or a branding theme is gone there: the next invoice tells of it."""

from typing import Any

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
