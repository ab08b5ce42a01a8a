"""The sandbox's Xero organisation, through its control address: what a person in Xero does, and who called."""

from collections.abc import Iterable
from typing import Any

from app.demo.failures import StepFailed
from app.demo.remote import Remote

Json = dict[str, Any]

API_PREFIX = "/api.xro/"
WRITES = ("PUT", "POST")
NO_LIMIT = 1_000_000


class Organisation:
    """One tenant of the sandbox; `addresses` is the line that the sandbox prints when it listens."""

    def __init__(self, addresses: Json) -> None:
        self.addresses = addresses
        self.tenant_id: str = addresses["tenant_id"]
        self.remote = Remote(addresses["control_url"])

    def find_invoice(self, key: str) -> Json | None:
        """The invoice by its id or number, in Xero's own shape."""
        return self.remote.find(self._path(f"/{key}"))

    def count_invoices(self) -> int:
        """How many invoices the organisation has, of any status; cheaper than listing them."""
        organisations = self.remote.get("/state")["organisations"]
        return sum(each["invoices"] for each in organisations if each["tenant_id"] == self.tenant_id)

    def list_invoices(self) -> list[Json]:
        """Every invoice that the organisation has."""
        invoices: list[Json] = self.remote.get(self._path(""))["Invoices"]
        return invoices

    def edit(self, key: str, changes: Json) -> None:
        """A person's edit; lines by index: {"LineItems": [{"index": 0, "UnitAmount": 1900}]}."""
        self.remote.patch(self._path(f"/{key}"), changes)

    def void(self, key: str) -> None:
        """A person voids the invoice."""
        self.remote.post(self._path(f"/{key}/void"))

    def pay(self, key: str) -> None:
        """A person enters a payment of all that is due."""
        self.remote.post(self._path(f"/{key}/payments"), {})

    def add(self, name: str) -> str:
        """Another organisation in the same Xero, its books empty and joined to nothing; its tenant id."""
        return str(self.remote.post("/organisations", {"name": name})["tenant_id"])

    def lift_limits(self) -> None:
        """As good as no limit of calls a minute or a day; five at a time stay five."""
        self.remote.put("/limits", dict.fromkeys(("minute", "day", "app_minute"), NO_LIMIT))

    def subscribe(self, url: str) -> None:
        """Have Xero's webhooks sent there, which Xero does after an exchange of signatures. Raises StepFailed."""
        intent = self.remote.put("/webhooks", {"url": url, "mode": "live"})["intent_to_receive"]
        if not intent["ok"]:
            raise StepFailed(f"Xero's intent to receive was not answered as it must be: {intent['problems']}")

    def set_webhooks(self, **said: Any) -> None:
        """`mode` live or held, and `lose_next`, `double_next`, `shuffle`."""
        self.remote.put("/webhooks", said)

    def release_webhooks(self) -> None:
        """Deliver what was held back, and hold no more; each has been answered on return. Raises StepFailed."""
        posts = self.remote.post("/webhooks/flush")["posts"]
        failed = [post for post in posts if post["outcome"] != "delivered"]
        if failed:
            raise StepFailed(f"{len(failed)} of Xero's webhooks were not taken: {failed[0]}")
        self.set_webhooks(mode="live")

    def mark(self) -> int:
        """The number of the newest call that the sandbox has seen."""
        last: int = self.remote.get("/calls")["last"]
        return last

    def list_calls(self, since: int) -> list[Json]:
        """The calls to the accounting API after `since`; tokens and consent are left out."""
        calls: list[Json] = self.remote.get("/calls", since=since)["calls"]
        return [call for call in calls if call["path"].startswith(API_PREFIX)]

    @property
    def invoices_url(self) -> str:
        """Where a browser sees the organisation's invoices."""
        return self.remote.url + self._path("")

    def _path(self, rest: str) -> str:
        return f"/people/{self.tenant_id}/invoices{rest}"


def list_writes(calls: Iterable[Json], resource: str = "") -> list[Json]:
    """Those calls that write, to the named resource (Invoices, Contacts) or to any."""
    return [call for call in calls if call["method"] in WRITES and is_about(call, resource)]


def list_reads(calls: Iterable[Json]) -> list[Json]:
    """Those calls that only read."""
    return [call for call in calls if call["method"] not in WRITES]


def is_about(call: Json, resource: str) -> bool:
    """Whether the call is to that resource, or to one element of it; every call is about ''."""
    return not resource or f"/{resource}" in call["path"]
