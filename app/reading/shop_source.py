"""A shop as a source: each of its orders is one document, made by `app.shops`, and one more for each store credit.

An order that changed within the shop's present tick may change again and keep the instant of its last change, which is
its version: it is left to the next look, which is then soon. One that is dated further ahead than clocks are apart is
taken as it is, or it would be waited for until then.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import structlog

from app.db.delivery.manifests import Standing
from app.db.partners.shop_refusals import RefusedOrder
from app.domain.holds.thing import Thing
from app.reading.protocol import ReadEntry
from app.reading.source import NotShown, ReadFailed, SourcePage
from app.shops.document import BESIDE, find_order_id, find_version, name_invoice
from app.shops.order import EACH, BookedUnder, ShopOrder
from app.shops.platform import (
    CredentialsRefused,
    Listed,
    OrderHidden,
    OrderPage,
    OrderUnreadable,
    Platform,
    ShopCalls,
    ShopFailed,
    Unreadable,
)
from app.shops.store_credit import build_documents

log = structlog.get_logger(__name__)

FURTHEST_AHEAD = timedelta(minutes=5)

MOST_PAGES = 200_000
"""Millions of orders. Each page begins behind the one before, so that a list ends unless the shop is out of order."""


@dataclass(frozen=True, slots=True)
class ShopSource:
    """One connection's shop, for the length of a look. `at_hand` has what the newest page only listed, by order."""

    platform: Platform
    calls: ShopCalls
    booked_under: BookedUnder = EACH
    beside: str = BESIDE
    at_hand: dict[str, Listed] = field(default_factory=dict)
    most_pages: int = MOST_PAGES
    patience: int = 6

    @property
    def kinds(self) -> tuple[str, ...]:
        return (Thing.INVOICE,)

    @property
    def prefix(self) -> str:
        return name_invoice(self.platform.name, "")

    @property
    def settles_in(self) -> timedelta:
        return self.platform.settles_in

    def find_order_id(self, partner_id: str) -> str | None:
        """The shop's own id of an invoice's order."""
        return find_order_id(self.platform.name, partner_id)

    def fit(self, document: Mapping[str, Any], standing: Standing) -> Mapping[str, Any]:
        """The document of an order, under the customer under which it came first. An order of which all was credited
        and nothing kept, while its invoice is voided in Xero, is over: nothing is owed on either side.
        """
        kept = {**document, "contact": standing.contact}
        if not standing.is_over or document["payments"] or document["total"] is None:
            return kept
        credited = sum((Decimal(each["amount"]) for each in document["credits"]), Decimal(0))
        if credited < Decimal(document["total"]):
            return kept
        return kept | {"status": "cancelled", "sent_at": None, "credits": []}

    async def fetch_page(self, kind: str, since: str | None, cursor: str | None) -> SourcePage:
        """A page of orders, each with its document, where the platform read it."""
        with _as_read_failed():
            page = await self.platform.list_orders(
                self.calls, datetime.fromisoformat(since) if since else None, cursor
            )
        settled = [one for one in page.orders if not self._may_change(one, page)]
        self.at_hand.clear()
        self.at_hand.update({one.id: one for one in settled if isinstance(one, Listed)})
        made = [self._make(one) for one in settled]
        return SourcePage(
            entries=[entry for one in made if not isinstance(one, RefusedOrder) for entry in one],
            next=page.next,
            as_of=self._find_next_beginning(page.at).isoformat(),
            refused=_keep_newest([one for one in made if isinstance(one, RefusedOrder)]),
            leaves_some=len(settled) < len(page.orders),
        )

    async def find_documents(self, kind: str, partner_id: str) -> Sequence[ReadEntry] | RefusedOrder | None:
        """The documents of one order, or why there are none."""
        order_id = self.find_order_id(partner_id)
        if order_id is None:
            return None
        listed = self.at_hand.pop(order_id, None)
        with _as_read_failed():
            if listed is not None and listed.read is not None:
                return self._make(await listed.read())
            order = await self.platform.find_order(self.calls, order_id)
        return self._make(order) if order is not None else None

    def _find_next_beginning(self, at: datetime) -> datetime:
        """Where the next look begins. Never by a clock that is ahead of ours: one in front of the shop may be, and what
        the shop dates by its own would be passed over. Of a shop that is ahead itself, more is listed again.
        """
        return min(at, self.calls.now()) - self.platform.settles_in - self.platform.lag

    def _may_change(self, order: ShopOrder | Unreadable | Listed, page: OrderPage) -> bool:
        return page.at - self.platform.settles_in < order.changed_at <= page.at + FURTHEST_AHEAD

    def _make(self, order: ShopOrder | Unreadable | Listed) -> Sequence[ReadEntry] | RefusedOrder:
        if isinstance(order, Listed):
            invoice_id = name_invoice(self.platform.name, order.id)
            return [ReadEntry(id=invoice_id, version=find_version(order.changed_at))]
        if isinstance(order, Unreadable):
            return RefusedOrder(order.id, order.number, order.reason)
        try:
            documents = build_documents(self.platform.name, order, self.booked_under)
            return [ReadEntry(id=one["id"], version=one["version"], document=one) for one in documents]
        except OrderUnreadable as why:
            reason = str(why)
        except (ArithmeticError, ValueError) as odd:
            # No amount or instant of a calendar. One order that nobody foresaw must not keep the others waiting.
            reason = f"It has a value of which no invoice can be made ({type(odd).__name__})."
        return RefusedOrder(order.id, order.number, reason)


def _keep_newest(refused: list[RefusedOrder]) -> list[RefusedOrder]:
    """Each order once: a page may list one twice, when it changes between two questions."""
    return list({one.order_id: one for one in refused}.values())


@contextmanager
def _as_read_failed() -> Iterator[None]:
    """What a platform tells of its shop; and an answer that it cannot take apart, which is told and tried again too."""
    try:
        yield
    except OrderHidden as hidden:
        raise NotShown(str(hidden)) from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as odd:
        log.exception("shop_answer_unreadable")
        raise ReadFailed(
            f"The shop's answer is not as its platform describes it ({type(odd).__name__}: {odd})."
        ) from odd
    except ShopFailed as failed:
        raise ReadFailed(
            str(failed),
            retry_after=failed.retry_after,
            is_locked_out=isinstance(failed, CredentialsRefused),
        ) from None
