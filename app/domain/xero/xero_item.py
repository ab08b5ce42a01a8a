"""An item as Xero holds it and as we ask for it: the values that cross the port to the Xero adapter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.domain.record.fields import Value, decimal_text


@dataclass(frozen=True, slots=True)
class XeroItem:
    """An item as Xero holds it; price, account and tax type are those of its sale, None where it has none."""

    xero_item_id: str
    code: str
    name: str | None
    description: str | None
    unit_price: Decimal | None
    account: str | None
    tax_type: str | None
    updated_at: datetime

    @property
    def fields(self) -> dict[str, Value]:
        """What `domain.item` compares."""
        return {
            "code": self.code,
            "name": self.name or None,
            "description": self.description or None,
            "unit_price": None if self.unit_price is None else decimal_text(self.unit_price),
            "account": self.account or None,
            "tax_type": self.tax_type or None,
        }


@dataclass(frozen=True, slots=True)
class ItemWrite:
    """A create (`xero_item_id` None) or an update; `fields` are in the words of `XeroItem.fields`, its code always."""

    xero_item_id: str | None
    fields: Mapping[str, Value]
