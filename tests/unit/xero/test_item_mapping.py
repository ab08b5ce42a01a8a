"""Items from Xero's JSON and to it."""

from decimal import Decimal

from app.domain.xero.xero_item import ItemWrite
from app.xero.item_mapping import item_from_xero, item_to_xero, items_to_xero

SHOWN = {
    "ItemID": "i-1",
    "Code": "TAP",
    "Name": "Mixer tap",
    "Description": "",
    "UpdatedDateUTC": "/Date(1573755038314)/",
    "PurchaseDetails": {"UnitPrice": 95, "AccountCode": "310"},
    "SalesDetails": {"UnitPrice": Decimal("180.1234"), "AccountCode": "220", "TaxType": "OUTPUT"},
    "IsSold": True,
    "IsPurchased": True,
    "QuantityOnHand": 3,
}


def test_an_item_is_read_as_it_is_sold() -> None:
    """What it costs, and what is in stock, is the business's own."""
    item = item_from_xero(SHOWN)
    assert item.fields == {
        "code": "TAP",
        "name": "Mixer tap",
        "description": None,
        "unit_price": "180.1234",
        "account": "220",
        "tax_type": "OUTPUT",
    }
    assert item.updated_at.isoformat() == "2019-11-14T18:10:38.314000+00:00"


def test_an_item_with_nothing_but_a_code_is_read() -> None:
    """Missing and null are the least that they can mean."""
    bare = item_from_xero({"ItemID": "i-1", "Code": "TAP", "Name": None, "SalesDetails": None})
    assert [value for value in bare.fields.values() if value is not None] == ["TAP"]


def test_a_create_names_no_id_and_an_update_only_what_moves() -> None:
    """Never IsPurchased, stock, or an account of purchases: each could wipe what the business keeps there."""
    fields = item_from_xero(SHOWN).fields
    assert items_to_xero([ItemWrite(None, {**fields, "description": "Tap"})]) == {
        "Items": [
            {
                "Code": "TAP",
                "Name": "Mixer tap",
                "Description": "Tap",
                "SalesDetails": {"UnitPrice": Decimal("180.1234"), "AccountCode": "220", "TaxType": "OUTPUT"},
            }
        ]
    }
    assert item_to_xero(ItemWrite("i-1", {"code": "TAP", "description": None})) == {
        "ItemID": "i-1",
        "Code": "TAP",
        "Description": "",
    }
