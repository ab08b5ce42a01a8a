"""Opens the organisations of connections, and keeps a client for each between uses.

A client is bound to one token of one tenant (`client`), so the ones kept are found by connection and replaced whenever
the token is another. All of them share one bounded set of threads; an organisation never has more than its five calls
in it.
"""

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from app.clock import Clock
from app.xero.budget import CallBudget, CallLog, CallMade, NoBudget, ignore_call
from app.xero.calls import XeroCalls
from app.xero.client import XeroClient
from app.xero.organisation import XeroSdkOrganisation
from app.xero.tokens import Refresher, TokenKeeper, TokenSet, TokenStore
from app.xero.transport import Timeouts

DEFAULT_TIMEOUTS = Timeouts()

_CLIENTS_KEPT = 200
"""Each may hold a few idle connections to Xero."""


class XeroSdkOrganisations:
    """One for a process; safe for several tasks. `close` ends its threads."""

    def __init__(
        self,
        api_url: str,
        store: TokenStore,
        refresher: Refresher,
        clock: Clock,
        *,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        call_log: CallLog = ignore_call,
        budget: CallBudget | None = None,
        threads: int = 20,
    ) -> None:
        """`api_url` is Xero's address without a path; `refresher` is the `XeroIdentity` of the same app; without a
        budget nobody is held back before Xero does it.
        """
        self._budget = budget or NoBudget()
        self._keeper = TokenKeeper(store, refresher, clock)
        self._clients = _Clients(api_url, timeouts, _tell_both(self._budget, call_log))
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="xero")

    async def open(self, connection_id: UUID, *, bulk: bool = False) -> XeroSdkOrganisation:
        """The calls of a `bulk` leave a reserve of the budget to others.

        Raises `AuthorisationLost` when the connection's consent is gone, `XeroUnavailable` when its token ended and
        Xero gives no new one now.
        """
        tokens = await self._keeper.get_fresh(connection_id)

        def client_of(held: TokenSet) -> XeroClient:
            return self._clients.get(connection_id, held)

        calls = XeroCalls(
            connection_id, tokens, self._keeper, client_of, self._executor, self._budget, is_bulk=bulk
        )
        return XeroSdkOrganisation(calls)

    def close(self) -> None:
        """Let calls under way end, at most for their time-outs, and close every idle connection."""
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._clients.close()


def _tell_both(budget: CallBudget, call_log: CallLog) -> CallLog:
    def tell(call: CallMade) -> None:
        budget.hear(call)
        call_log(call)

    return tell


class _Clients:
    """The most recently used clients, by connection."""

    def __init__(self, api_url: str, timeouts: Timeouts, call_log: CallLog) -> None:
        self._api_url = api_url
        self._timeouts = timeouts
        self._call_log = call_log
        self._kept: OrderedDict[UUID, tuple[tuple[str, str], XeroClient]] = OrderedDict()

    def get(self, connection_id: UUID, held: TokenSet) -> XeroClient:
        """The client for exactly this tenant and token. One that it replaces ends its calls with its own token."""
        identity = (held.xero_tenant_id, held.access_token)
        kept = self._kept.get(connection_id)
        if kept is None or kept[0] != identity:
            client = XeroClient(
                held.access_token, held.xero_tenant_id, self._api_url, self._timeouts, self._call_log
            )
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
