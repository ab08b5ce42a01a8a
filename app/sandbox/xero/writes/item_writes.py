"""What Xero does with a posted item (FACTS 5, Items).

PUT only creates; POST finds by id or code and updates, keeping what was not sent. Not sold, or not purchased, wipes
those details. No webhook tells of items. Only the words of a taken code are Xero's own; the other refusals are ours.
"""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from app.sandbox.xero.books.items import Item, Terms
from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.forms.elements import Element
from app.sandbox.xero.forms.refusals import Refused

NOT_FOUND = "An existing Item with the specified ItemID could not be found"
_LENGTHS = {"Code": 30, "Name": 50, "Description": 4000, "PurchaseDescription": 4000}


def create_item(organisation: Organisation, element: Element) -> Item:
    """PUT: create, never update. Refused when the code is taken."""
    return _write(organisation, element, None)


def save_item(organisation: Organisation, element: Element, item: Item | None) -> Item:
    """POST: update `item`, or the one that the element's id or code names; else create."""
    return _write(organisation, element, item or _find(organisation, element))


def _find(organisation: Organisation, element: Element) -> Item | None:
    item_id, code = element.text("ItemID"), element.text("Code")
    if item_id:
        found = organisation.items.find(item_id)
        if found is None:
            raise Refused(NOT_FOUND)
        return found
    return organisation.items.find_coded(code) if code else None


def _write(organisation: Organisation, element: Element, before: Item | None) -> Item:
    base = before or Item(str(uuid4()), "", organisation.clock.now())
    item = _merge(base, element)
    messages = _faults_of(organisation, item, element)
    if messages:
        raise Refused(*messages)
    at = organisation.clock.stamp(before.updated_at if before else None)
    return organisation.items.save(replace(item, updated_at=at))


def _merge(item: Item, element: Element) -> Item:
    """The item with the sent fields laid over it."""

    def text(name: str, held: str) -> str:
        return held if not element.has(name) else element.text(name) or ""

    def flag(name: str, held: bool) -> bool:
        sent = element.flag(name)
        return held if sent is None else sent

    is_sold, is_purchased = flag("IsSold", item.is_sold), flag("IsPurchased", item.is_purchased)
    return replace(
        item,
        code=text("Code", item.code),
        name=text("Name", item.name),
        description=text("Description", item.description),
        purchase_description=text("PurchaseDescription", item.purchase_description) if is_purchased else "",
        is_sold=is_sold,
        is_purchased=is_purchased,
        sales=_terms(item.sales, element.one("SalesDetails")) if is_sold else Terms(),
        purchase=_terms(item.purchase, element.one("PurchaseDetails")) if is_purchased else Terms(),
        inventory_account_code=text("InventoryAssetAccountCode", item.inventory_account_code),
    )


def _terms(held: Terms, sent: Element | None) -> Terms:
    if sent is None:
        return held
    return Terms(
        unit_price=sent.number("UnitPrice") if sent.has("UnitPrice") else held.unit_price,
        account_code=sent.text("AccountCode") or held.account_code,
        cost_account_code=sent.text("COGSAccountCode") or held.cost_account_code,
        tax_type=sent.text("TaxType") or held.tax_type,
    )


def _faults_of(organisation: Organisation, item: Item, element: Element) -> list[str]:
    messages = [
        f"The field {name} must be a string with a maximum length of {longest}."
        for name, longest in _LENGTHS.items()
        if len(element.text(name) or "") > longest
    ]
    if not item.code:
        messages.append("The item Code must be specified.")
    holder = organisation.items.find_coded(item.code)
    if holder is not None and holder.item_id != item.item_id:
        messages.append(f"Price List Item with Code ''{item.code}'' already exists")
    if any((terms.unit_price or Decimal(0)) < 0 for terms in (item.sales, item.purchase)):
        messages.append("The UnitPrice cannot be less than zero.")
    return messages + _accounts_at_fault(organisation, item) + _taxes_at_fault(organisation, item)


def _accounts_at_fault(organisation: Organisation, item: Item) -> list[str]:
    """Accounts that are unknown or archived, and half of what a tracked item needs."""
    chart = organisation.chart
    codes = (item.sales.account_code, item.purchase.account_code, item.purchase.cost_account_code)
    messages = []
    for code in filter(None, (*codes, item.inventory_account_code)):
        account = chart.find(None, code)
        if account is None or account.status != "ACTIVE" or account.is_bank:
            messages.append(f"Account code '{code}' is not a valid code for this item.")
    if bool(item.inventory_account_code) != bool(item.purchase.cost_account_code):
        messages.append(
            "A tracked inventory item needs both InventoryAssetAccountCode and PurchaseDetails COGSAccountCode."
        )
    inventory = chart.find(None, item.inventory_account_code) if item.is_tracked else None
    if inventory is not None and inventory.kind != "INVENTORY":
        messages.append("The InventoryAssetAccountCode must be an account of type INVENTORY.")
    if item.is_tracked and item.purchase.account_code:
        messages.append("A tracked inventory item takes a COGSAccountCode and no purchases AccountCode.")
    return messages


def _taxes_at_fault(organisation: Organisation, item: Item) -> list[str]:
    return [
        f"The TaxType code {terms.tax_type} does not exist or cannot be used for this type of transaction."
        for terms in (item.sales, item.purchase)
        if terms.tax_type and not organisation.has_tax_rate(terms.tax_type)
    ]
