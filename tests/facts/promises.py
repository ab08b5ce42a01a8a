"""What a request of ours never does at Xero, each rule with the fact behind it; held over everything that tests say.

The specification lets all of these through: they are not wrong, only dangerous. `broken_promises` reads exchanges as
the sandbox keeps them.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

Json = dict[str, Any]

_API = "/api.xro/2.0"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_LISTS = ("Invoices", "Contacts", "Payments", "CreditNotes", "Items", "BankTransactions")
_WITH_LINES = ("Invoices", "CreditNotes", "BankTransactions")
MOST_ELEMENTS, MOST_IDS = 50, 40
MOST_BYTES = 3_500_000


class Said:
    """One exchange, taken apart."""

    def __init__(self, exchange: Json) -> None:
        self.method: str = exchange["method"]
        path: str = exchange["path"]
        self.parts = path.removeprefix(_API).strip("/").split("/") if path.startswith(_API) else [""]
        self.query = {name.lower(): values[0] for name, values in parse_qs(exchange["query"]).items()}
        self.idempotency_key: str | None = exchange["idempotency_key"]
        self.if_modified_since: str | None = exchange["if_modified_since"]
        self.is_write = self.method in ("PUT", "POST")
        self.size = len(exchange["request"])
        body = json.loads(exchange["request"]) if self.is_write and self.parts != [""] else {}
        self.body = body
        elements = body.get(self.parts[-1], [body]) if isinstance(body, dict) else body
        self.elements: list[Json] = elements if self.is_write else []

    def writes(self, *kinds: str) -> bool:
        """Whether it writes elements of one of these kinds as a list."""
        return self.is_write and len(self.parts) == 1 and self.parts[0] in kinds


def _nulls(value: Any, where: str = "body") -> Iterator[str]:
    if value is None:
        yield where
    for name, inner in value.items() if isinstance(value, dict) else ():
        yield from _nulls(inner, f"{where}.{name}")
    for inner in value if isinstance(value, list) else ():
        yield from _nulls(inner, where)


def _no_nulls(said: Said) -> bool:
    return not list(_nulls(said.body))


def _contacts_by_id(said: Said) -> bool:
    return not said.writes(*_WITH_LINES) or all(
        set(element["Contact"]) == {"ContactID"} for element in said.elements if "Contact" in element
    )


def _no_contradicting_amounts(said: Said) -> bool:
    lines = [line for element in said.elements for line in element.get("LineItems", ())]
    return not any("LineAmount" in line and {"Quantity", "UnitAmount"} & line.keys() for line in lines)


def _lines_with_their_basis(said: Said) -> bool:
    return not said.writes("Invoices", "CreditNotes") or all(
        element.get("LineAmountTypes") for element in said.elements if "LineItems" in element
    )


def _creates_by_put(said: Said) -> bool:
    if not said.writes("Invoices", "CreditNotes"):
        return True
    name = said.parts[0].removesuffix("s") + "ID"
    return all((name in element) is (said.method == "POST") for element in said.elements)


def _each_for_itself(said: Said) -> bool:
    return not said.writes(*_LISTS) or said.query.get("summarizeerrors", "").lower() == "false"


def _four_places(said: Said) -> bool:
    return said.parts[0] != "Invoices" or len(said.parts) > 2 or said.query.get("unitdp") == "4"


def _small_batches(said: Said) -> bool:
    ids = said.query.get("ids", "").split(",")
    return len(said.elements) <= MOST_ELEMENTS and len(ids) <= MOST_IDS


def _light_requests(said: Said) -> bool:
    return said.size < MOST_BYTES


def _keys_for_creates_alone(said: Said) -> bool:
    if said.writes("Invoices") and said.method == "POST":
        return said.idempotency_key is None
    if said.method == "PUT" and said.writes(*_LISTS):
        return 0 < len(said.idempotency_key or "") <= 128
    return True


def _plain_days(said: Said) -> bool:
    days = [element[name] for element in said.elements for name in ("Date", "DueDate") if name in element]
    return all(_DAY.fullmatch(str(day)) for day in days)


def _plain_seconds(said: Said) -> bool:
    return said.if_modified_since is None or bool(_SECOND.fullmatch(said.if_modified_since))


def _payments_only_deleted(said: Said) -> bool:
    is_edit = said.is_write and said.parts[0] == "Payments" and len(said.parts) == 2
    return not is_edit or said.elements == [{"Status": "DELETED"}]


PROMISES: dict[str, tuple[str, Callable[[Said], bool]]] = {
    "a null is never sent": ("6", _no_nulls),
    "a document names its contact by id and says nothing else of it": ("0.9, 5 Contacts", _contacts_by_id),
    "a line amount never stands beside quantity and price": ("4.4, 8", _no_contradicting_amounts),
    "lines never go without the basis of their amounts": ("4.4, 4.6", _lines_with_their_basis),
    "PUT creates, and POST names what it changes by id": ("4.3", _creates_by_put),
    "every element of a batch is answered for itself": ("4.8", _each_for_itself),
    "prices of invoices go and come with four places": ("4.4", _four_places),
    "a write has at most fifty elements, a read at most forty ids": ("2, 4.7", _small_batches),
    "a request is smaller than three and a half megabytes": ("2", _light_requests),
    "creates carry an idempotency key, updates of invoices none": ("4.9", _keys_for_creates_alone),
    "a date is a plain day": ("4.5, 6", _plain_days),
    "If-Modified-Since has whole seconds and no zone": ("4.7", _plain_seconds),
    "a payment is never edited, only deleted": ("5 Payments", _payments_only_deleted),
}
"""The rule: the section of the facts, and whether an exchange keeps it."""


def broken_promises(exchanges: list[Json]) -> list[str]:
    """Every rule that an exchange breaks, with the exchange."""
    broken = []
    for exchange in exchanges:
        said = Said(exchange)
        where = f"{exchange['method']} {exchange['path']}?{exchange['query']} {exchange['request'][:300]}"
        if said.parts != [""]:
            broken += [f"{rule}: {where}" for rule, (_, is_kept) in PROMISES.items() if not is_kept(said)]
    return broken
