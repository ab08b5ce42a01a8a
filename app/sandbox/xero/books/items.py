"""Items: what a business sells and buys, known by a code, and the book that finds them (FACTS 5, Items).

There is no external id and no archive; a code may change hands. `Terms` are what an item offers a line on either side.
A tracked item has an inventory account and a cost account; its stock is Xero's to count, here only shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.sandbox.xero.books.amounts import ZERO, number, places
from app.sandbox.xero.books.journal import Journal
from app.sandbox.xero.forms.dates import net_instant


@dataclass(frozen=True, slots=True)
class Terms:
    """Price, account and tax of an item when it is sold, or when it is bought."""

    unit_price: Decimal | None = None
    account_code: str = ""
    cost_account_code: str = ""
    tax_type: str = ""

    def view(self, unit_places: int) -> dict[str, Any]:
        """SalesDetails or PurchaseDetails: only what has a value."""
        shown: dict[str, Any] = {}
        if self.unit_price is not None:
            shown["UnitPrice"] = number(places(self.unit_price, unit_places))
        for name, value in (
            ("AccountCode", self.account_code),
            ("COGSAccountCode", self.cost_account_code),
            ("TaxType", self.tax_type),
        ):
            if value:
                shown[name] = value
        return shown


@dataclass(frozen=True, slots=True)
class Item:
    """One item. A name that was never given is not shown."""

    item_id: str
    code: str
    updated_at: datetime
    name: str = ""
    description: str = ""
    purchase_description: str = ""
    is_sold: bool = True
    is_purchased: bool = True
    sales: Terms = Terms()
    purchase: Terms = Terms()
    inventory_account_code: str = ""
    quantity_on_hand: Decimal = ZERO

    @property
    def is_tracked(self) -> bool:
        """Whether Xero counts its stock."""
        return bool(self.inventory_account_code)

    def words_and_terms(self, is_sale: bool) -> tuple[str, Terms]:
        """The description and the terms that a line of a sale, or of a bill, takes from the item."""
        if is_sale:
            return self.description, self.sales
        return self.purchase_description or self.description, self.purchase

    def summary(self) -> dict[str, Any]:
        """What a line shows of its item."""
        shown = {"ItemID": self.item_id, "Code": self.code}
        return {**shown, "Name": self.name} if self.name else shown

    def view(self, unit_places: int) -> dict[str, Any]:
        """The item as the API shows it."""
        shown: dict[str, Any] = {"ItemID": self.item_id, "Code": self.code}
        if self.description:
            shown["Description"] = self.description
        if self.purchase_description:
            shown["PurchaseDescription"] = self.purchase_description
        shown |= {
            "UpdatedDateUTC": net_instant(self.updated_at),
            "PurchaseDetails": self.purchase.view(unit_places),
            "SalesDetails": self.sales.view(unit_places),
        }
        if self.name:
            shown["Name"] = self.name
        shown |= {
            "IsTrackedAsInventory": self.is_tracked,
            "IsSold": self.is_sold,
            "IsPurchased": self.is_purchased,
        }
        if self.is_tracked:
            shown |= {
                "InventoryAssetAccountCode": self.inventory_account_code,
                "TotalCostPool": 0.0,
                "QuantityOnHand": number(self.quantity_on_hand),
            }
        return shown


class ItemBook:
    """All items of one organisation, found by id or by code."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._by_id: dict[str, Item] = {}

    def __iter__(self) -> Iterator[Item]:
        return iter(list(self._by_id.values()))

    def find(self, key: str) -> Item | None:
        """By ItemID, else by code."""
        return self._by_id.get(key.lower()) or self.find_coded(key)

    def find_coded(self, code: str) -> Item | None:
        """By code, upper and lower case alike."""
        return next((item for item in self if item.code.casefold() == code.casefold()), None)

    def save(self, item: Item) -> Item:
        """Keep this value of the item; undone if the journal rewinds."""
        self._place(item.item_id, item)
        return item

    def delete(self, item: Item) -> None:
        """Take the item away; lines that carry its code keep it."""
        self._place(item.item_id, None)

    def _place(self, item_id: str, new: Item | None) -> None:
        before = self._by_id.get(item_id)
        self._set(item_id, new)
        self._journal.note(lambda: self._set(item_id, before))

    def _set(self, item_id: str, item: Item | None) -> None:
        if item is None:
            self._by_id.pop(item_id, None)
        else:
            self._by_id[item_id] = item
