"""An invoice born in Xero: it arrives whole, under ids of ours, and lives like any other."""

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.test_gate import LINE, write_in_xero


async def only_document(house: House) -> Json:
    """The one invoice that the app has."""
    [document] = await house.list_in_app()
    return document


@pytest.mark.proof
async def test_t17_it_arrives_whole_and_is_edited_on_both_sides_and_paid(house: House) -> None:
    """Its contact, lines and payments come with ids that begin with xero-, which the app keeps to the end."""
    await write_in_xero(
        house, "X-1", Reference="From Xero", LineItems=[LINE, {**LINE, "Description": "Pipe"}]
    )
    await house.at_xero("invoices/X-1/payments", Amount=20)
    await house.drain()
    document = await only_document(house)
    invoice = await house.in_xero("X-1")
    assert document["id"] == f"xero-{invoice['InvoiceID']}"
    assert document["contact"] == {
        "id": f"xero-{invoice['Contact']['ContactID']}",
        "name": "Robin Hood",
        "email": "robin@example.com",
        "phone": None,
    }
    assert [line["id"] for line in document["lines"]] == [
        f"xero-{line['LineItemID']}" for line in invoice["LineItems"]
    ]
    assert document["payments"][0]["id"] == f"xero-{invoice['Payments'][0]['PaymentID']}"
    assert (document["amounts_are"], document["sent_at"] is not None) == ("tax_exclusive", True)
    await assert_alike(house, document["id"])

    await house.unpay_at_xero("X-1")
    await house.drain()
    await house.edit(
        document["id"], reference="From the app", lines={document["lines"][1]["id"]: {"quantity": "2"}}
    )
    await house.edit_xero("X-1", DueDate="2077-05-01", LineItems=[{"index": 0, "UnitAmount": 90}])
    await house.drain()
    await assert_alike(house, document["id"])
    assert (await house.in_xero("X-1"))["Total"] == 319
    await house.edit(document["id"], status="paid")
    await house.drain()
    assert (await house.in_xero("X-1"))["Status"] == "PAID"
    assert (await house.resource(document["id"]))["state"] == "settled"


async def test_t18_its_contact_serves_an_invoice_of_the_app(house: House) -> None:
    """The app writes another invoice to the customer that it got from Xero: no second contact is made."""
    await write_in_xero(house, "X-1")
    await house.drain()
    contact = (await only_document(house))["contact"]
    await house.write(contact=contact)
    await house.drain()
    await assert_alike(house)
    people = (await house._json(house.xero.get(f"/people/{house.tenant_id}/contacts")))["Contacts"]
    assert [person["Name"] for person in people].count("Robin Hood") == 1


@pytest.mark.proof
async def test_it_is_cancelled_in_the_app_and_voided_in_xero(house: House) -> None:
    """The end of a born invoice goes both ways as well."""
    await write_in_xero(house, "X-1")
    await house.drain()
    document = await only_document(house)
    await house.edit(document["id"], status="cancelled")
    await house.drain()
    assert (await house.in_xero("X-1"))["Status"] == "VOIDED"
    await assert_alike(house, document["id"])
    await write_in_xero(house, "X-2")
    await house.drain()
    await house.at_xero("invoices/X-2/void")
    await house.drain()
    born = (await house.in_xero("X-2"))["InvoiceID"]
    assert (await house.in_app(f"xero-{born}"))["status"] == "cancelled"
