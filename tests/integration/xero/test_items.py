"""Items, asked of the sandbox over HTTP as the reconcile asks."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from app.domain.xero.xero_invoice import Refused
from app.domain.xero.xero_item import ItemWrite, XeroItem
from app.xero.organisation import XeroSdkOrganisation
from tests.integration.xero.conftest import Xero

TAP = {
    "code": "TAP",
    "name": "Mixer tap",
    "description": "Mixer tap, chrome",
    "unit_price": "180.1234",
    "account": "200",
    "tax_type": "OUTPUT",
}


async def make(organisation: XeroSdkOrganisation, code: str = "TAP") -> XeroItem:
    """One item in Xero."""
    made = (await organisation.items.create([ItemWrite(None, {**TAP, "code": code})], f"k-{code}"))[0]
    assert isinstance(made, XeroItem)
    return made


async def test_items_are_made_and_read_with_four_places(organisation: XeroSdkOrganisation) -> None:
    """The list is whole, or what moved since."""
    made = await make(organisation)
    assert made.fields == TAP
    assert await organisation.items.fetch() == [made]
    assert await organisation.items.fetch(made.updated_at) == [made]
    assert await organisation.items.fetch(made.updated_at + timedelta(seconds=5)) == []


async def test_a_taken_code_is_refused_alone(organisation: XeroSdkOrganisation) -> None:
    """PUT never edits the item that has it; the others of the batch are made."""
    await make(organisation)
    writes = [
        ItemWrite(None, {**TAP, "code": "tap", "name": "Another"}),
        ItemWrite(None, {**TAP, "code": "PIPE"}),
    ]
    taken, made = await organisation.items.create(writes, "k-2")
    assert isinstance(taken, Refused)
    assert "already exists" in taken.messages[0]
    assert isinstance(made, XeroItem)
    assert sorted(item.name or "" for item in await organisation.items.fetch()) == ["Mixer tap", "Mixer tap"]


async def test_an_update_changes_what_it_names_and_no_purchase(
    xero: Xero, organisation: XeroSdkOrganisation
) -> None:
    """What the business buys it for, and whether it is bought at all, is never said."""
    made = await make(organisation)
    await xero.act(
        "PATCH", "/items/TAP", PurchaseDescription="Wholesale tap", PurchaseDetails={"UnitPrice": 95}
    )
    write = ItemWrite(made.xero_item_id, {"code": "TAP", "description": None})
    answer = (await organisation.items.update([write]))[0]
    assert isinstance(answer, XeroItem)
    assert answer.fields == {**TAP, "description": None}
    shown = (await xero.act("GET", "/items"))["Items"][0]
    assert (shown["PurchaseDescription"], shown["PurchaseDetails"]["UnitPrice"]) == ("Wholesale tap", 95)
    assert (shown["IsPurchased"], shown["IsSold"]) == (True, True)


async def test_an_update_without_an_id_would_be_a_create(organisation: XeroSdkOrganisation) -> None:
    """It never leaves the house."""
    with pytest.raises(ValueError, match="by id"):
        await organisation.items.update([ItemWrite(None, TAP)])
    made = await make(organisation)
    assert replace(made, unit_price=Decimal(1)).fields["unit_price"] == "1"
    assert (await organisation.items.create([], "k"), await organisation.items.update([])) == ([], [])
