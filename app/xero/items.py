"""A Xero organisation's items, as its port asks for them: each method in terms of calls."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.domain.xero.xero_invoice import Refused
from app.domain.xero.xero_item import ItemWrite, XeroItem
from app.xero.answer_order import is_of_item
from app.xero.calls import EACH_FOR_ITSELF, XeroCalls
from app.xero.item_mapping import item_from_xero, items_to_xero
from app.xero.json_values import Json
from app.xero.where import modified_since

_FOUR_PLACES: dict[str, Any] = {"unitdp": 4}


class XeroSdkItems:
    """Safe for several tasks."""

    def __init__(self, calls: XeroCalls) -> None:
        self._calls = calls

    async def fetch(self, since: datetime | None = None) -> list[XeroItem]:
        """One call: the list is not paged (FACTS 5)."""
        asked = {} if since is None else {"if_modified_since": modified_since(since)}
        elements = await self._calls.fetch("get_items", "Items", **_FOUR_PLACES, **asked)
        return [item_from_xero(element) for element in elements]

    async def create(self, writes: Sequence[ItemWrite], idempotency_key: str) -> list[XeroItem | Refused]:
        """PUT, which refuses a code that is taken; POST would edit the item that has it."""

        async def send(part: Sequence[ItemWrite], key: str) -> list[Json]:
            return await self._calls.write(
                "create_items",
                "Items",
                items=items_to_xero(part),
                idempotency_key=key,
                **EACH_FOR_ITSELF,
                **_FOUR_PLACES,
            )

        return (
            await self._calls.write_batch(send, writes, item_from_xero, is_of_item, idempotency_key)
            if writes
            else []
        )

    async def update(self, writes: Sequence[ItemWrite]) -> list[XeroItem | Refused]:
        """POST, without an idempotency key (FACTS 4.9).

        Raises `ValueError` for a write without an id, which POST would take for a create.
        """
        if any(write.xero_item_id is None for write in writes):
            raise ValueError("an update names its item by id")

        async def send(part: Sequence[ItemWrite], key: str) -> list[Json]:
            body = items_to_xero(part)
            return await self._calls.write(
                "update_or_create_items", "Items", items=body, **EACH_FOR_ITSELF, **_FOUR_PLACES
            )

        return await self._calls.write_batch(send, writes, item_from_xero, is_of_item) if writes else []
