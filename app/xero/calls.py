"""The calls to one organisation: the blocking client run in threads, and a token that ends under way renewed once.

At most five calls are under way at a time (FACTS 2), each with a slot and a place in the budget of calls. The place is
taken last, when a thread is free: it counts from the moment at which the call leaves. A call that Xero refused for its
token was not carried out, writes included, so it is repeated with a new token; refused again, the consent is gone. A
batch of writes that Xero refuses as a whole is cut in halves until the element at fault stands alone, so that one bad
invoice does not stop the others. Where it refused whoever asks, one element is sent alone, and what becomes of that is
true of all.

What is asked for at once may so be many calls, each of which takes its time. Whoever works under something that runs
out gives `before_each`, which is awaited before each call: what it raises goes to the caller, and the call is not made.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from app.domain.xero.xero_invoice import Refused
from app.errors import AuthorisationLost, OutcomeUnknown, RateLimited, XeroUnavailable
from app.tracing import span
from app.xero.always import Unreadable
from app.xero.answer_order import IsOf
from app.xero.budget import CALLS_AT_ONCE, CallBudget
from app.xero.client import XeroClient
from app.xero.failures import Barred, RequestInvalid, TokenRejected
from app.xero.half_read import HalfRead, HalfReads
from app.xero.json_values import Json, read_decimal, read_object, read_objects
from app.xero.refusals import find_refusal
from app.xero.threads import Threads
from app.xero.tokens import TokenKeeper, TokenSet
from app.xero.where import modified_since

ROWS_OF_A_PAGE = 1000
"""Xero's largest page (FACTS 4.7)."""

IDS_OF_A_READ = 40
"""What Xero recommends, because ids travel in the address (FACTS 4.7)."""

CLOCKS_APART = timedelta(minutes=5)
"""More than Xero's clock and index may be behind ours."""

FIRST_PAGE = {"page": 1, "page_size": ROWS_OF_A_PAGE}
EACH_FOR_ITSELF: dict[str, Any] = {"summarize_errors": False}
"""Xero answers element by element, instead of refusing all for one (FACTS 4.8)."""

Write = TypeVar("Write")
Read = TypeVar("Read")
ClientOf = Callable[[TokenSet], XeroClient]
BeforeEach = Callable[[], Awaitable[None]]


async def go_ahead() -> None:
    """Before each call of those who need nothing before it."""


class Silent(XeroUnavailable):
    """An answer came, and in it no list of what was asked for."""


class XeroCalls:
    """Makes the SDK's operations by name. `client_of` gives the client that is bound to a token set's token."""

    def __init__(
        self,
        connection_id: UUID,
        tokens: TokenSet,
        keeper: TokenKeeper,
        client_of: ClientOf,
        threads: Threads,
        budget: CallBudget,
        *,
        half_reads: HalfReads,
        is_bulk: bool,
        before_each: BeforeEach,
    ) -> None:
        self._half_reads = half_reads
        self._connection_id = connection_id
        self._tokens = tokens
        self._keeper = keeper
        self._client_of = client_of
        self._threads = threads
        self._budget = budget
        self._is_bulk = is_bulk
        self._before_each = before_each
        self._under_way = asyncio.Semaphore(CALLS_AT_ONCE)

    async def fetch(self, operation: str, member: str, **arguments: Any) -> list[Json]:
        """The elements that a read answers under `member`; an answer without them is none, and not an empty one.

        Asked for what was modified, Xero may say by it that nothing was.
        """
        answer = await self._call(operation, is_write=False, **arguments)
        return _list_elements(answer, member, may_be_empty="if_modified_since" in arguments)

    async def fetch_page(
        self, operation: str, member: str, number: int, **arguments: Any
    ) -> tuple[list[Json], int | None]:
        """The elements of one page, and how many pages there are where Xero says so."""
        answer = await self._call(
            operation, is_write=False, page=number, page_size=ROWS_OF_A_PAGE, **arguments
        )
        pages = read_decimal(read_object(answer, "pagination"), "pageCount")
        elements = _list_elements(answer, member, may_be_empty="if_modified_since" in arguments)
        return elements, int(pages) if pages is not None and pages >= 1 else None

    async def fetch_pages(self, operation: str, member: str, **arguments: Any) -> list[Json]:
        """The elements of every page, `order` being by the id, in which rows do not move while pages are read.

        A list that a limit or an outage cuts off goes on where it was when it is asked for again soon (`half_read`).
        """
        return await self._fetch_pages(operation, member, arguments, takes_silence=True)

    async def look_through(self, operation: str, member: str, **arguments: Any) -> list[Json]:
        """As `fetch_pages`, for what counts as not being there when it is not found: raises `Silent` for an answer that
        has no list, whatever was asked for.
        """
        return await self._fetch_pages(operation, member, arguments, takes_silence=False)

    async def _fetch_pages(
        self, operation: str, member: str, arguments: Mapping[str, Any], *, takes_silence: bool
    ) -> list[Json]:
        whose = self._connection_id, self._tokens.xero_tenant_id
        listed = self._half_reads.take(whose, operation, arguments)
        try:
            await self._read_on(listed, operation, member, arguments, takes_silence=takes_silence)
            if not listed.is_resumed:
                return listed.elements
            asked = arguments.get("if_modified_since")
            since = modified_since(listed.began_at - CLOCKS_APART)
            again = {**arguments, "if_modified_since": max(since, asked) if asked else since}
            newer = HalfRead(listed.began_at)
            await self._read_on(newer, operation, member, again, takes_silence=takes_silence)
        except (RateLimited, XeroUnavailable):
            self._half_reads.keep(whose, operation, arguments, listed)
            raise
        return listed.overlay(newer.elements, str(arguments["order"]).partition(" ")[0])

    async def _read_on(
        self,
        listed: HalfRead,
        operation: str,
        member: str,
        arguments: Mapping[str, Any],
        *,
        takes_silence: bool,
    ) -> None:
        while listed.pages * ROWS_OF_A_PAGE == len(listed.elements):
            page = {"page": listed.pages + 1, "page_size": ROWS_OF_A_PAGE}
            answer = await self._call(operation, is_write=False, **page, **arguments)
            may_be_empty = takes_silence and "if_modified_since" in arguments
            listed.add_page(_list_elements(answer, member, may_be_empty=may_be_empty))

    async def write(self, operation: str, member: str, **arguments: Any) -> list[Json]:
        """The elements that a write answers under `member`; raises `OutcomeUnknown` when its answer was lost."""
        return read_objects(await self._call(operation, is_write=True, **arguments), member)

    async def write_batch(
        self,
        send: Callable[[Sequence[Write], str], Awaitable[list[Json]]],
        writes: Sequence[Write],
        read: Callable[[Json], Read],
        is_of: IsOf[Write],
        key: str = "",
    ) -> list[Read | Refused]:
        """One answer for each write, in order. `send` makes one call with some of the writes; `is_of` tells whether an
        element is about a write.

        `key` marks the whole batch; each part of it gets one of its own, since Xero refuses a key that comes again with
        another body (FACTS 4.9).
        """
        try:
            elements = await send(writes, key)
        except RequestInvalid as refusal:
            if len(writes) == 1:
                return [Refused(refusal.messages)]
            cut = 1 if isinstance(refusal, Barred) else len(writes) // 2
            first = await self.write_batch(send, writes[:cut], read, is_of, f"{key}a")
            if isinstance(refusal, Barred) and first == [Refused(refusal.messages)]:
                return first * len(writes)
            return first + await self.write_batch(send, writes[cut:], read, is_of, f"{key}b")
        if len(elements) != len(writes):
            raise OutcomeUnknown(f"Xero answered {len(elements)} elements to {len(writes)}")
        if not all(map(is_of, writes, elements)):
            raise OutcomeUnknown("Xero answered about something else than was asked at that place")
        try:
            return [find_refusal(element) or read(element) for element in elements]
        except Unreadable as unreadable:
            raise OutcomeUnknown(str(unreadable)) from None

    async def _call(self, operation: str, *, is_write: bool, **arguments: Any) -> Json:
        async with self._under_way:
            used = self._tokens
            try:
                return await self._run(used, operation, is_write=is_write, **arguments)
            except TokenRejected:
                self._tokens = await self._keeper.get_fresh(self._connection_id, spent=used.access_token)
            try:
                return await self._run(self._tokens, operation, is_write=is_write, **arguments)
            except TokenRejected as error:
                raise AuthorisationLost(f"Xero refused a new token: {error}") from None

    async def _run(self, tokens: TokenSet, operation: str, *, is_write: bool, **arguments: Any) -> Json:
        blocking = partial(self._client_of(tokens).call, operation, is_write=is_write, **arguments)
        tenant_id = tokens.xero_tenant_id
        is_bulk = self._is_bulk
        async with self._budget.slot(tenant_id, is_bulk=is_bulk), self._threads.one(is_bulk=is_bulk):
            await self._before_each()
            number = await self._budget.take(tenant_id, is_bulk=is_bulk)
            try:
                with span(f"xero {operation}", is_write=is_write):
                    answer = await self._threads.run(blocking)
            except RateLimited as limited:
                await self._budget.close(tenant_id, limited)
                raise
            await self._budget.settle(tenant_id, number)
            return answer


def _list_elements(answer: Json, member: str, *, may_be_empty: bool) -> list[Json]:
    """Raises `XeroUnavailable` for what is no list of objects: taken for an empty one, it would say that Xero has none
    of what was asked for. How Xero says that nothing was modified is not known, so none at all may say it too.
    """
    elements = answer.get(member)
    if elements is None and may_be_empty:
        return []
    if not isinstance(elements, list) or not all(isinstance(element, dict) for element in elements):
        raise Silent(f"Xero's answer has no list of {member}")
    return elements
