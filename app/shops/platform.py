"""What each kind of shop must be able to do, and what it is called with.

A platform is a value without state, one for all its shops. It is given `ShopCalls` of one shop, which knows the shop's
address and secrets and makes the calls: through the gate of addresses, within a time, without redirects.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Protocol

from app.errors import PlumblineError
from app.shops.order import ShopOrder


class ShopFailed(PlumblineError):
    """The shop gave no answer that can be used; the message says why, and what to do where a person must act.

    `status` is that of its answer, None without one; `retry_after` how long it asks to be left alone, where it does.
    """

    def __init__(
        self, message: str, *, status: int | None = None, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class CredentialsRefused(ShopFailed):
    """The shop does not take its credentials: nothing can be read until a person enters others."""


class OrderUnreadable(PlumblineError):
    """One order cannot be made an invoice of; the message says why. The others go on."""


class OrderHidden(PlumblineError):
    """The shop does not show the order to us, though it may well be there; the message says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a shop answered. `at` is its own clock (the Date header, else ours); `body` its JSON, None without one."""

    status: int
    headers: Mapping[str, str]
    body: Any
    at: datetime


class ShopCalls(Protocol):
    """One shop, and the way to it.

    `address` has no slash at its end. `credentials` are the platform's own words with their secrets. Calls answer for
    2xx and 404, and raise `ShopFailed` for everything else: 401 and 403 as credentials that are refused, 429 and 5xx as
    a shop that asks for time. Paths are put below the address unless they are whole addresses.
    """

    @property
    def address(self) -> str: ...
    @property
    def credentials(self) -> Mapping[str, str]: ...
    @property
    def zone(self) -> tzinfo: ...
    @property
    def orders_from(self) -> date: ...

    def now(self) -> datetime:
        """The present instant by our clock, as for a token that ends; what a shop did when is told by its own."""
        ...

    async def get(
        self, path: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer: ...

    async def post(
        self,
        path: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer: ...

    async def renew(self, credentials: Mapping[str, str], until: datetime | None) -> None:
        """Keep new credentials, before they are used; those of before may be no good any more."""
        ...


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An order of a page of which no invoice can be made, and why."""

    id: str
    number: str
    changed_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Listed:
    """An order of a page of which only the last change was read; it is asked for where that is news, by `read` as long
    as the page is at hand, which costs fewer calls, else by its id.
    """

    id: str
    changed_at: datetime
    read: "Callable[[], Awaitable[ShopOrder | Unreadable]] | None" = None


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Some orders, those that changed first before the others. `next` is handed back for the page after, None: all.

    `at` is the shop's clock when it answered. Orders that changed later than `at` less `Platform.settles_in` may change
    again within the same tick of the shop's clock, and are left to the next look by whoever asked.
    """

    orders: tuple[ShopOrder | Unreadable | Listed, ...]
    next: str | None
    at: datetime


class Platform(Protocol):
    """A kind of shop. `lag` is how far before the last look the next one begins, for orders that a shop lists late."""

    @property
    def name(self) -> str:
        """As in the API: `shopify`, `woocommerce`, …"""
        ...

    @property
    def settles_in(self) -> timedelta: ...
    @property
    def lag(self) -> timedelta: ...
    @property
    def opened_by(self) -> tuple[tuple[str, ...], ...]:
        """The words of the credentials that open it; where there are several sets, any one of them."""
        ...

    @property
    def understands(self) -> tuple[str, ...]:
        """Further words that may be given with the credentials."""
        ...

    @property
    def named_by(self) -> str | None:
        """The word of the credentials that tells one shop from another where all have one address; None: the address.

        It is given, or kept by the platform once the shop has said it.
        """
        ...

    @property
    def signs_webhooks(self) -> bool:
        """Whether it sends webhooks whose sender can be verified; others are asked only."""
        ...

    def is_signed(self, secret: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether a webhook is the shop's own, compared in constant time; header names are in lower case."""
        ...

    async def list_orders(self, calls: ShopCalls, since: datetime | None, cursor: str | None) -> OrderPage:
        """A page of the orders that changed since, oldest change first; None: placed on `orders_from` or later, of
        which most are known: what takes calls of its own for each order is left, and the order only `Listed`.

        Raises `ShopFailed`.
        """
        ...

    async def find_order(self, calls: ShopCalls, order_id: str) -> ShopOrder | Unreadable | None:
        """One order, None where the shop has no such order; raises `OrderHidden`, `ShopFailed`."""
        ...
