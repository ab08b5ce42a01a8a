"""A Magento shop, written from Adobe's REST documentation and Magento's own schemas.

It knows one integration's access token, which it takes alone only where an administrator allowed that, and the search
of orders, invoices and credit memos: filter groups, sort orders, pages. A page behind the last is the last one again.
What it does not know it refuses, where Magento might look away.

`order`, `item` and their like write what the documentation's schemas name, in the base currency and, doubled, in the
one that the customer saw, so that whoever reads the wrong ones is found out.
"""

import re
from datetime import datetime
from typing import Any

from app.clock import Clock
from tests.shops.stand_in import Call, Reply, StandIn

TOKEN = "the-integrations-access-token"
_FILTER = re.compile(
    r"searchCriteria\[filter_groups\]\[(\d)\]\[filters\]\[0\]\[(field|value|condition_type)\]"
)
_SORT = re.compile(r"searchCriteria\[sortOrders\]\[(\d)\]\[(field|direction)\]")
_FIELDS = ("entity_id", "order_id", "created_at", "updated_at")

REFUSED = Reply(401, {"message": "The consumer isn't authorized to access %resources."})


class MagentoShop(StandIn):
    """Orders, invoices and credit memos by their numbers."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.allows_bearer = True
        self.orders: dict[int, dict[str, Any]] = {}
        self.invoices: dict[int, dict[str, Any]] = {}
        self.memos: dict[int, dict[str, Any]] = {}

    def place(self, order_id: int, **fields: Any) -> dict[str, Any]:
        """An order is placed now."""
        now = _write(self.now)
        placed = {"created_at": now, "updated_at": now, **order(order_id, **fields)}
        self.orders[order_id] = placed
        return placed

    def save(self, order_id: int, **fields: Any) -> None:
        """An order is saved with these fields changed, which moves its `updated_at`."""
        self.orders[order_id] |= {**fields, "updated_at": _write(self.now)}

    def pay(self, order_id: int, amount: float) -> None:
        """An invoice is made and captured."""
        number = len(self.invoices) + 71
        self.invoices[number] = {
            "entity_id": number, "increment_id": f"{number:09}", "order_id": order_id, "state": 2,
            "base_grand_total": amount, "grand_total": amount * 2, "created_at": _write(self.now),
            "updated_at": _write(self.now), "base_currency_code": "AUD", "order_currency_code": "NZD",
        }  # fmt: skip
        paid = self.orders[order_id].get("base_total_invoiced", 0) + amount
        self.save(
            order_id, state="processing", status="processing", base_total_invoiced=paid, base_total_paid=paid
        )

    def refund(self, order_id: int, amount: float, note: str | None = None) -> None:
        """A credit memo is made, and the money goes back."""
        number = len(self.memos) + 31
        self.memos[number] = {
            "entity_id": number, "increment_id": f"{number:09}", "order_id": order_id, "state": 2,
            "base_grand_total": amount, "grand_total": amount * 2, "created_at": _write(self.now),
            "updated_at": _write(self.now), "customer_note": note,
        }  # fmt: skip
        refunded = self.orders[order_id].get("base_total_refunded", 0) + amount
        is_whole = refunded >= self.orders[order_id]["base_grand_total"]
        state = "closed" if is_whole else self.orders[order_id]["state"]
        self.save(order_id, state=state, status=state, base_total_refunded=refunded)

    def answer(self, call: Call) -> Reply:
        """As Magento answers."""
        if not self.allows_bearer or call.headers.get("authorization") != f"Bearer {TOKEN}":
            return REFUSED
        if call.headers.get("accept") != "application/json":
            return Reply(200, b"<?xml version='1.0'?><response/>")
        tables = {"orders": self.orders, "invoices": self.invoices, "creditmemos": self.memos}
        found = re.fullmatch(r"/rest/V1/(orders|invoices|creditmemos)(?:/(\d+))?", call.path)
        if found is None or call.method != "GET":
            return Reply(404, {"message": "Request does not match any route."})
        table = tables[found[1]]
        if found[2]:
            one = table.get(int(found[2]))
            return (
                Reply(200, one)
                if one
                else Reply(404, {"message": "The entity that was requested doesn't exist."})
            )
        return _search(list(table.values()), dict(call.query))


def _search(rows: list[dict[str, Any]], query: dict[str, str]) -> Reply:
    size, page = query.pop("searchCriteria[pageSize]", ""), query.pop("searchCriteria[currentPage]", "")
    filters, sorts = dict[str, dict[str, str]](), dict[str, dict[str, str]]()
    for name, value in query.items():
        for pattern, told in ((_FILTER, filters), (_SORT, sorts)):
            if part := pattern.fullmatch(name):
                told.setdefault(part[1], {})[part[2]] = value
                break
        else:
            return Reply(400, {"message": f"{name} is not known"})
    if not size.isdigit() or not page.isdigit() or not 0 < int(size) <= 300:
        return Reply(400, {"message": "Maximum SearchCriteria pageSize is 300"})
    if any(each["field"] not in _FIELDS for each in [*filters.values(), *sorts.values()]):
        return Reply(400, {"message": "Column not found"})
    kept = [row for row in rows if all(_holds(row, each) for each in filters.values())]
    for _, each in sorted(sorts.items(), reverse=True):
        kept.sort(key=lambda row, name=each["field"]: row[name], reverse=each["direction"] == "DESC")  # type: ignore[misc]
    last = max(1, -(-len(kept) // int(size)))
    begin = (min(int(page), last) - 1) * int(size)
    items = kept[begin : begin + int(size)]
    return Reply(200, {"items": items, "search_criteria": {}, "total_count": len(kept)})


def _holds(row: dict[str, Any], criterion: dict[str, str]) -> bool:
    held, value = str(row[criterion["field"]]), criterion["value"]
    match criterion["condition_type"]:
        case "in":
            return held in value.split(",")
        case "gteq":
            return held >= value
        case "gt":
            return held > value
    raise AssertionError(criterion)


def _write(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")


def double(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields, and what they are in the customer's currency, which has two of it for one."""
    seen = {
        name.removeprefix("base_"): value * 2
        for name, value in fields.items()
        if name.startswith("base_") and isinstance(value, int | float)
    }
    return seen | fields


def order(order_id: int, *, items: list[dict[str, Any]] | None = None, **fields: Any) -> dict[str, Any]:
    """An order of one hat of 110.00, ten of them tax, and shipping of 5.50, unless told otherwise."""
    return double({
        "entity_id": order_id, "increment_id": f"{order_id:09}", "state": "new", "status": "pending",
        "base_currency_code": "AUD", "order_currency_code": "NZD", "base_grand_total": 115.5,
        "base_shipping_amount": 5, "base_shipping_tax_amount": 0.5, "base_shipping_incl_tax": 5.5,
        "base_shipping_discount_amount": 0, "base_shipping_discount_tax_compensation_amnt": 0,
        "shipping_description": "Flat Rate - Fixed", "customer_is_guest": 0, "customer_id": 12,
        "customer_firstname": "Kim", "customer_lastname": "Tran", "customer_email": "kim@example.com",
        "billing_address": {"firstname": "Kim", "lastname": "Tran", "telephone": "0400 000 000", "company": None},
        "payment": {"method": "checkmo"},
        "items": items if items is not None else [item(order_id * 10)],
        "extension_attributes": {"item_applied_taxes": taxes(order_id * 10)},
        **fields,
    })  # fmt: skip


def item(item_id: int, **fields: Any) -> dict[str, Any]:
    """A hat of 100.00 and 10.00 tax, unless told otherwise."""
    return double({
        "item_id": item_id, "order_id": item_id // 10, "name": "Hat", "sku": "HAT", "product_type": "simple",
        "qty_ordered": 1, "base_row_total": 100, "base_row_total_incl_tax": 110, "base_tax_amount": 10,
        "tax_percent": 10, "base_discount_amount": 0, "base_discount_tax_compensation_amount": 0, **fields,
    })  # fmt: skip


def taxes(*item_ids: int, title: str = "GST") -> list[dict[str, Any]]:
    """`item_applied_taxes` of these items, and of shipping."""
    applied = [{"code": f"AU-{title}", "title": title, "percent": 10, "amount": 20, "base_amount": 10}]
    told: list[dict[str, Any]] = [
        {"type": "product", "item_id": each, "applied_taxes": applied} for each in item_ids
    ]
    return [*told, {"type": "shipping", "item_id": None, "applied_taxes": applied}]
