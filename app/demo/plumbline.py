"""Plumbline, called as a partner calls it: its public REST API and nothing else."""

from typing import Any

from app.demo.remote import Remote

Json = dict[str, Any]


class Plumbline:
    """The API at `url`; connections and everything below them after `sign_in` and `choose`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.remote = Remote(url)
        self.connection_id = ""

    def is_ready(self) -> bool:
        """Whether it can take requests: database and Redis are there, and the schema is the newest."""
        return self.remote.is_up("/readyz")

    def sign_in(self, api_key: str) -> None:
        """Call as the partner who owns the key."""
        self.remote.close()
        self.remote = Remote(self.url, {"authorization": f"Bearer {api_key}"})

    def open_connection(self, business_id: str, display_name: str) -> Json:
        """A connection that waits for consent; everything after it is about this one."""
        said = {"business_id": business_id, "display_name": display_name}
        connection: Json = self.remote.post("/v1/connections", said)
        self.connection_id = connection["id"]
        return connection

    def get_connection(self) -> Json:
        """The connection's state, with reason and since."""
        connection: Json = self.remote.get(self._path(""))
        return connection

    def list_accounts(self, fit_for: str) -> list[Json]:
        """The accounts of the organisation that `sales` lines may be booked to, or `payments`."""
        accounts: list[Json] = self.remote.get(self._path("/accounts"), fit_for=fit_for)["data"]
        return accounts

    def change_settings(self, **settings: Any) -> Json:
        """Set the named settings; the others stay."""
        changed: Json = self.remote.patch(self._path("/settings"), settings)
        return changed

    def pause(self) -> None:
        """Store what comes and do nothing."""
        self.remote.post(self._path("/pause"))

    def resume(self) -> None:
        """Catch up with everything stored meanwhile."""
        self.remote.post(self._path("/resume"))

    def sweep(self) -> None:
        """Look for what Xero's webhooks did not tell."""
        self.remote.post(self._path("/sweep"))

    def find_invoice(self, invoice_id: str) -> Json | None:
        """The invoice resource, if Plumbline holds the invoice."""
        return self.remote.find(self._path(f"/invoices/{invoice_id}"))

    def list_conflicts(self, invoice_id: str) -> list[Json]:
        """Every conflict of one invoice, settled ones too."""
        conflicts: list[Json] = self.remote.get(self._path("/conflicts"), invoice_id=invoice_id)["data"]
        return conflicts

    def list_changes(self, after: int = 0) -> list[Json]:
        """The feed after a cursor, to its end."""
        changes: list[Json] = []
        cursor: str | None = str(after)
        while cursor is not None:
            page = self.remote.get(self._path("/changes"), cursor=cursor, limit=100)
            changes += page["data"]
            cursor = page["next"]
        return changes

    def _path(self, rest: str) -> str:
        return f"/v1/connections/{self.connection_id}{rest}"
