"""Opens the organisations of connections, and keeps a client for each between uses.

A client is bound to one token of one tenant (`client`), so the ones kept are found by connection and replaced whenever
the token is another. All of them share one bounded set of threads; an organisation never has more than its five calls
in it. Every request is counted for the connection that it was made for, and in the budget of the Xero app that it was
made with.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from uuid import UUID

from app.clock import Clock
from app.xero.budget import CallBudget, CallLog, CallMade, NoBudget, ignore_call
from app.xero.calls import BeforeEach, XeroCalls, go_ahead
from app.xero.client import XeroClient
from app.xero.half_read import HalfReads
from app.xero.organisation import XeroSdkOrganisation
from app.xero.threads import Threads
from app.xero.tokens import Refreshers, TokenKeeper, TokenSet, TokenStore
from app.xero.transport import Timeouts
from app.xero.usage import CountCall, count_nothing

TIMEOUTS = Timeouts()

_CLIENTS_KEPT = 200
"""Each may hold a few idle connections to Xero."""


BudgetOf = Callable[[str], CallBudget]
"""The budget of a partner's own Xero app, by its client id."""


class XeroSdkOrganisations:
    """One for a process; safe for several tasks. `close` ends its threads."""

    def __init__(
        self,
        api_url: str,
        store: TokenStore,
        refreshers: Refreshers,
        clock: Clock,
        *,
        call_log: CallLog = ignore_call,
        count_call: CountCall = count_nothing,
        budget: CallBudget | None = None,
        budget_of: BudgetOf | None = None,
    ) -> None:
        """`api_url` is Xero's address without a path; `refreshers` are the `XeroIdentities`; `budget` is of Plumbline's
        own app. Without a budget nobody is held back before Xero does it.
        """
        self._budget = budget or NoBudget()
        self._budget_of = budget_of or (lambda _: NoBudget())
        self._budgets: dict[str, CallBudget] = {}
        self._keeper = TokenKeeper(store, refreshers, clock)
        self._call_log = call_log
        self._clients = _Clients(api_url, count_call)
        self._threads = Threads()
        self._half_reads = HalfReads(clock)
        self._clock = clock

    async def open(
        self, connection_id: UUID, *, bulk: bool = False, before_each: BeforeEach = go_ahead
    ) -> XeroSdkOrganisation:
        """The calls of a `bulk` leave a reserve of the budget to others; `before_each` is awaited before every call.

        Raises `AuthorisationLost` when the connection's consent is gone, `XeroUnavailable` when its token ended and
        Xero gives no new one now.
        """
        tokens = await self._keeper.get_fresh(connection_id)
        budget = self._get_budget(tokens.client_id)
        call_log = _tell_both(budget, self._call_log)

        def client_of(held: TokenSet) -> XeroClient:
            return self._clients.get(connection_id, held, call_log)

        calls = XeroCalls(
            connection_id,
            tokens,
            self._keeper,
            client_of,
            self._threads,
            budget,
            half_reads=self._half_reads,
            is_bulk=bulk,
            before_each=before_each,
        )
        return XeroSdkOrganisation(calls, self._clock)

    def _get_budget(self, client_id: str | None) -> CallBudget:
        """One for each Xero app: Xero's limits are of an app and an organisation (FACTS 2)."""
        if client_id is None:
            return self._budget
        if client_id not in self._budgets:
            self._budgets[client_id] = self._budget_of(client_id)
        return self._budgets[client_id]

    def close(self) -> None:
        """Let calls under way end, for a while, and close every idle connection."""
        self._threads.close()
        self._clients.close()


def _tell_both(budget: CallBudget, call_log: CallLog) -> CallLog:
    def tell(call: CallMade) -> None:
        budget.hear(call)
        call_log(call)

    return tell


def _count_and_log(connection_id: UUID, count_call: CountCall, call_log: CallLog, call: CallMade) -> None:
    count_call(connection_id, call)
    call_log(call)


class _Clients:
    """The most recently used clients, by connection."""

    def __init__(self, api_url: str, count_call: CountCall) -> None:
        self._api_url = api_url
        self._count_call = count_call
        self._kept: OrderedDict[UUID, tuple[tuple[str, bytes], XeroClient]] = OrderedDict()

    def get(self, connection_id: UUID, held: TokenSet, call_log: CallLog) -> XeroClient:
        """The client for exactly this tenant and token. One that it replaces ends its calls with its own token."""
        # Known again by its hash, so that whoever looks at what is kept sees no token.
        identity = (held.xero_tenant_id, sha256(held.access_token.encode()).digest())
        kept = self._kept.get(connection_id)
        if kept is None or kept[0] != identity:
            tell = partial(_count_and_log, connection_id, self._count_call, call_log)
            client = XeroClient(held.access_token, held.xero_tenant_id, self._api_url, TIMEOUTS, tell)
            kept = self._kept[connection_id] = (identity, client)
        self._kept.move_to_end(connection_id)
        while len(self._kept) > _CLIENTS_KEPT:
            self._kept.popitem(last=False)[1][1].close()
        return kept[1]

    def close(self) -> None:
        """Close what is kept."""
        for _, client in self._kept.values():
            client.close()
        self._kept.clear()
