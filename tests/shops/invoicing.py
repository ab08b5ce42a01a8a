"""What a shop's order becomes: its document, checked as intake checks it and added up."""

from decimal import Decimal
from typing import Any

from app.domain.record.money import line_amount
from app.intake.document import Document
from app.shops.document import build_document
from app.shops.order import ShopOrder
from app.shops.platform import Unreadable


def read(order: ShopOrder | Unreadable) -> ShopOrder:
    """The order, which can be read."""
    assert isinstance(order, ShopOrder), order
    return order


def read_reason(order: ShopOrder | Unreadable) -> str:
    """Why it cannot be read."""
    assert isinstance(order, Unreadable), order
    return order.reason


def invoice(platform: str, order: ShopOrder | Unreadable) -> dict[str, Any]:
    """The document of an order, which intake's schema takes and whose lines come to its total without any rounding."""
    document = build_document(platform, read(order))
    Document.model_validate(document)
    assert Decimal(document["total"]) == read(order).total
    assert [line for line in document["lines"] if line["id"] == "rounding"] == []
    return document


def list_lines(document: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    """Description, amount and tax of each line."""
    return [
        (
            line["description"],
            str(line_amount(Decimal(line["quantity"]), Decimal(line["unit_price"]))),
            line["tax"],
        )
        for line in document["lines"]
    ]


def find_due(document: dict[str, Any]) -> Decimal:
    """What is still due: the total, less payments and credits."""
    covered = [Decimal(each["amount"]) for each in [*document["payments"], *document["credits"]]]
    return Decimal(document["total"]) - sum(covered, Decimal(0))
