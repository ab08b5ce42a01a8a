"""Items: codes, names, tracked stock, what they lend to lines (FACTS 5, Items)."""

from decimal import Decimal
from typing import Any

import pytest
from xero_python.accounting import Item, Items, Purchase

from tests.sandbox.xero.driver import XeroApp, build_invoice, messages_of
from tests.sandbox.xero.sdk import Sdk

TAP: dict[str, Any] = {
    "Code": "TAP",
    "Name": "Mixer tap",
    "Description": "Mixer tap, chrome",
    "PurchaseDescription": "Tap from the wholesaler",
    "SalesDetails": {"UnitPrice": 180.1234, "AccountCode": "220", "TaxType": "OUTPUT"},
    "PurchaseDetails": {"UnitPrice": 95, "AccountCode": "310"},
}


def put(books: XeroApp, **changes: Any) -> dict[str, Any]:
    """An item as answered."""
    answer = books.call("PUT", "/Items", {"Items": [{**TAP, **changes}]})
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["Items"][0])


def test_an_item_is_created_and_read_by_id_by_code_and_in_the_list(books: XeroApp) -> None:
    """One unpaged list; prices have two places unless four are asked for."""
    made = put(books)
    assert made["SalesDetails"] == {"UnitPrice": 180.12, "AccountCode": "220", "TaxType": "OUTPUT"}
    assert (made["IsSold"], made["IsPurchased"], made["IsTrackedAsInventory"]) == (True, True, False)
    by_id = books.get(f"/Items/{made['ItemID']}", unitdp=4)["Items"][0]
    assert by_id["SalesDetails"]["UnitPrice"] == 180.1234
    assert books.get("/Items/TAP")["Items"][0]["ItemID"] == made["ItemID"]
    found = books.get("/Items", page=1)
    assert "pagination" not in found
    assert [item["Code"] for item in found["Items"]] == ["TAP"]
    assert books.get("/Items", where='Code=="PIPE"')["Items"] == []
    assert books.call("GET", "/Items/none").status_code == 404


def test_a_code_is_unique_and_put_only_creates(books: XeroApp) -> None:
    """In Xero's words, its doubled quotes among them; POST updates what the code names."""
    made = put(books)
    again = books.call("PUT", "/Items", {"Items": [TAP]})
    assert messages_of(again) == ["Price List Item with Code ''TAP'' already exists"]
    put(books, Code="PIPE")
    clash = books.call("POST", f"/Items/{made['ItemID']}", {"Code": "PIPE"})
    assert messages_of(clash) == ["Price List Item with Code ''PIPE'' already exists"]
    after = books.call("POST", "/Items", {"Items": [{"Code": "TAP", "Name": "Tap"}]}).json()["Items"][0]
    assert (after["ItemID"], after["Name"]) == (made["ItemID"], "Tap")
    assert after["SalesDetails"]["UnitPrice"] == 180.12


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"Code": "x" * 31}, "maximum length of 30"),
        ({"Code": ""}, "Code must be specified"),
        ({"Name": "x" * 51}, "maximum length of 50"),
        ({"SalesDetails": {"AccountCode": "999"}}, "Account code '999'"),
        ({"SalesDetails": {"AccountCode": "299"}}, "Account code '299'"),
        ({"SalesDetails": {"TaxType": "TAX9"}}, "TaxType code TAX9"),
        ({"InventoryAssetAccountCode": "630"}, "needs both"),
        (
            {"InventoryAssetAccountCode": "200", "PurchaseDetails": {"COGSAccountCode": "310"}},
            "of type INVENTORY",
        ),
    ],
)
def test_items_that_are_not_right_are_refused(books: XeroApp, change: dict[str, Any], told: str) -> None:
    """And nothing is written."""
    assert told in messages_of(books.call("PUT", "/Items", {**TAP, **change}))[0]
    assert books.get("/Items")["Items"] == []


def test_a_tracked_item_has_an_inventory_and_a_cost_account(books: XeroApp) -> None:
    """Its stock can be read and not be written."""
    details = {"UnitPrice": 95, "COGSAccountCode": "310"}
    made = put(books, InventoryAssetAccountCode="630", PurchaseDetails=details, QuantityOnHand=40)
    assert (made["IsTrackedAsInventory"], made["QuantityOnHand"]) == (True, 0.0)


def test_not_purchased_wipes_what_the_item_costs(books: XeroApp) -> None:
    """IsPurchased false takes purchase description and details away (FACTS 5)."""
    made = put(books)
    after = books.call("POST", f"/Items/{made['ItemID']}", {"IsPurchased": False}).json()["Items"][0]
    assert after["PurchaseDetails"] == {}
    assert "PurchaseDescription" not in after
    assert after["SalesDetails"]["AccountCode"] == "220"


def test_an_item_lends_a_line_what_it_does_not_say(books: XeroApp) -> None:
    """Description, price, account and tax, each only when omitted."""
    put(books)
    made = books.put_invoice(LineItems=[{"ItemCode": "TAP", "Quantity": 2}])
    [line] = made["LineItems"]
    assert (line["ItemCode"], line["Description"], line["UnitAmount"]) == ("TAP", "Mixer tap, chrome", 180.12)
    assert (line["AccountCode"], line["TaxType"], line["Item"]["Name"]) == ("220", "OUTPUT", "Mixer tap")
    own = {
        "ItemCode": "TAP",
        "Description": "Special",
        "UnitAmount": 10,
        "AccountCode": "230",
        "TaxType": "EXEMPTOUTPUT",
    }
    [line] = books.put_invoice(LineItems=[own])["LineItems"]
    assert {name: line[name] for name in own} == {**own, "UnitAmount": 10.0}
    bill = books.put_invoice(Type="ACCPAY", LineItems=[{"ItemCode": "tap"}])
    assert (bill["LineItems"][0]["Description"], bill["SubTotal"]) == ("Tap from the wholesaler", 95.0)


def test_an_amount_that_is_sent_is_not_held_against_the_items_price(books: XeroApp) -> None:
    """LineAmount alone prices the line."""
    put(books)
    made = books.put_invoice(LineItems=[{"ItemCode": "TAP", "LineAmount": 50, "Quantity": 2}])
    assert (made["SubTotal"], made["LineItems"][0]["UnitAmount"]) == (50.0, 25.0)


def test_an_unknown_item_code_is_refused(books: XeroApp) -> None:
    """Also one that a person has deleted since; the line that carries it keeps it while it is not sent."""
    item = put(books)
    made = books.put_invoice(LineItems=[{"ItemCode": "TAP"}])
    books.person("DELETE", f"/items/{item['ItemID']}")
    answer = books.call(
        "PUT", "/Invoices", build_invoice(LineItems=[{"ItemCode": "TAP", "Description": "x"}])
    )
    assert "Item Code is invalid." in messages_of(answer)
    after = books.post_invoice(made, Reference="kept").json()["Invoices"][0]
    assert after["LineItems"][0]["ItemCode"] == "TAP"


def test_writing_items_needs_the_settings_scope(app: XeroApp) -> None:
    """accounting.settings.read and accounting.invoices read them only (FACTS 1, seen live)."""
    assert app.call("GET", "/Items").status_code == 200
    assert app.call("PUT", "/Items", TAP).status_code == 401


def test_a_person_keeps_items(books: XeroApp) -> None:
    """The same rules, no event, no call."""
    made = books.person("POST", "/items", **TAP)
    assert books.person("PATCH", "/items/TAP", Code="TAP-2")["ItemID"] == made["ItemID"]
    assert [item["Code"] for item in books.person("GET", "/items")["Items"]] == ["TAP-2"]


def test_the_sdk_writes_and_reads_items(wide_sdk: Sdk) -> None:
    """Create, upsert, update, list, read, refusal by element."""
    wish = Item(
        code="TAP", name="Tap", sales_details=Purchase(unit_price=Decimal("18.5"), account_code="200")
    )
    [made] = wide_sdk.create_items(items=Items(items=[wish]), summarize_errors=False, unitdp=4).items
    assert (made.sales_details.unit_price, made.is_sold) == (Decimal("18.5"), True)
    [clash] = wide_sdk.create_items(items=Items(items=[wish]), summarize_errors=False).items
    assert (clash.status_attribute_string, len(clash.validation_errors)) == ("ERROR", 1)
    [same] = wide_sdk.update_or_create_items(items=Items(items=[Item(code="TAP", name="Tap 2")])).items
    assert same.item_id == made.item_id
    [after] = wide_sdk.update_item(made.item_id, items=Items(items=[Item(code="TAP-2")])).items
    assert (after.code, after.name) == ("TAP-2", "Tap 2")
    assert wide_sdk.get_item(made.item_id, unitdp=4).items[0].sales_details.unit_price == Decimal("18.5")
    assert len(wide_sdk.get_items(where='Code=="TAP-2"').items) == 1
