"""The sandbox partner's app, driven as a person at its screen would drive it."""

from typing import Any

from app.demo.remote import Remote

Json = dict[str, Any]


class PartnerApp:
    """The control address of the app; every edit is sent to Plumbline unless it says otherwise."""

    def __init__(self, addresses: Json) -> None:
        self.url: str = addresses["url"]
        self.webhook_url: str = addresses["webhook_url"]
        self.remote = Remote(addresses["control_url"])

    def join(self, plumbline: Json) -> None:
        """Tell the app where Plumbline is and by which connection to send."""
        self.remote.put("/plumbline", plumbline)

    def find(self, invoice_id: str) -> Json | None:
        """The document as it stands, if the app has it."""
        return self.remote.find(f"/invoices/{invoice_id}")

    def list_documents(self) -> list[Json]:
        """Every document as it stands."""
        documents: list[Json] = self.remote.get("/invoices")["data"]
        return documents

    def open(self, document: Json) -> Json:
        """A new invoice; the answer has `document` and `sent`."""
        return self._answer(self.remote.post("/invoices", document))

    def open_many(self, **said: Any) -> Json:
        """Many at once: count, customers, prefix, how."""
        return self._answer(self.remote.post("/invoices/bulk", said))

    def edit(self, invoice_id: str, changes: Json) -> Json:
        """A person's edit."""
        return self._answer(self.remote.patch(f"/invoices/{invoice_id}", changes))

    def send_to_customer(self, invoice_id: str) -> None:
        """The moment from which the invoice may reach Xero."""
        self.remote.post(f"/invoices/{invoice_id}/send-to-customer")

    def cancel(self, invoice_id: str) -> None:
        """The tradie withdraws the invoice."""
        self.remote.post(f"/invoices/{invoice_id}/cancel")

    def resend(self, invoice_id: str, **said: int) -> None:
        """Send the newest document, or the `version` named, again, `times` times at once."""
        self.remote.post(f"/invoices/{invoice_id}/resend", said)

    def post_manifest(self) -> Json:
        """Post the manifest and put what Plumbline asks for."""
        return self._answer(self.remote.post("/manifest"))

    def set_faults(self, **faults: Any) -> None:
        """What the network and people do next."""
        self.remote.put("/faults", faults)

    def release(self) -> None:
        """Stop holding documents back, and let those go that waited."""
        self.set_faults(hold_outgoing=False)
        self.remote.post("/flush")

    def mark(self) -> int:
        """The number of the newest entry in the app's log."""
        last: int = self.remote.get("/log")["last"]
        return last

    def list_received(self, since: int, invoice_id: str) -> list[Json]:
        """The deliveries of changes to an invoice that came after `since`."""
        entries = self.remote.get("/log", since=since)["received"]
        return [entry for entry in entries if entry.get("invoice_id") == invoice_id]

    @staticmethod
    def _answer(answer: Any) -> Json:
        assert isinstance(answer, dict)
        return answer
