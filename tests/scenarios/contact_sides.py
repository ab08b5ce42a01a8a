"""A contact on both sides, edited as people do and compared as a person would (see `both_sides` for invoices)."""

from typing import Any

from tests.scenarios.house import House, Json

KIM: Json = {"id": "cus_1", "name": "Kim Tran", "email": "kim@example.com", "phone": "0400 000 000"}
WATTLE: Json = {
    "lines": ["4 Wattle St"],
    "city": "Parramatta",
    "region": "NSW",
    "postal_code": "2150",
    "country": "Australia",
}


async def edit_contact(house: House, contact_id: str = "cus_1", **changes: Any) -> Json:
    """A person edits a contact in the app."""
    return dict((await house._json(house.app.patch(f"/contacts/{contact_id}", json=changes)))["document"])


async def contact_in_app(house: House, contact_id: str = "cus_1") -> Json:
    """The contact as the app shows it."""
    return dict(await house._json(house.app.get(f"/contacts/{contact_id}")))


async def contact_in_xero(house: House, name: str = "Kim Tran") -> Json:
    """The contact as Xero shows it."""
    return dict(await house._json(house.xero.get(f"/people/{house.tenant_id}/contacts/{name}")))


async def edit_contact_in_xero(house: House, name: str = "Kim Tran", **changes: Any) -> Json:
    """A person edits a contact at Xero's screen."""
    call = house.xero.patch(f"/people/{house.tenant_id}/contacts/{name}", json=changes)
    return dict(await house._json(call))


async def shown_contact(house: House, contact_id: str = "cus_1") -> Json:
    """Plumbline's own account of a contact."""
    return dict(await house._json(house.api.get(f"{house.path}/contacts/{contact_id}")))


def part(parts: list[Json], **kind: str) -> Json:
    """The one of a contact's phones or addresses that is of a type."""
    return next(each for each in parts if kind.items() <= each.items())


async def assert_contacts_alike(house: House, contact_id: str = "cus_1", name: str = "Kim Tran") -> None:
    """Both sides show one contact, and Plumbline says that it is settled."""
    app, xero, shown = (
        await contact_in_app(house, contact_id),
        await contact_in_xero(house, name),
        await shown_contact(house, contact_id),
    )
    assert (shown["state"], shown["reason"]) == ("settled", None)
    postal = part(xero["Addresses"], AddressType="POBOX")
    held = {
        "name": xero["Name"],
        "first_name": xero.get("FirstName") or None,
        "last_name": xero.get("LastName") or None,
        "email": xero["EmailAddress"] or None,
        "phone": part(xero["Phones"], PhoneType="DEFAULT")["PhoneNumber"] or None,
        "mobile": part(xero["Phones"], PhoneType="MOBILE")["PhoneNumber"] or None,
        "account_number": xero.get("AccountNumber") or None,
        "tax_number": xero.get("TaxNumber") or None,
    }
    assert {name: app[name] for name in held} == held, (app, xero, shown)
    for view in (shown["record"], shown["xero"]["details"]):
        assert {name: view[name] for name in held} == held
    assert (app["address"] or {}).get("city") == (postal["City"] or None)
    assert (app["address"] or {}).get("lines", []) == [postal[n] for n in ("AddressLine1",) if postal.get(n)]
