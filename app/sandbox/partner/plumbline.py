"""Where Plumbline is and how the app talks to it: documents by PUT or by signed webhook, and the manifest.

An answer is returned whatever its status; only a connection that fails raises (httpx.TransportError). Nothing
is tried again here: what a try means is for `outbox` and for the person who watches.
"""

import json
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from standardwebhooks import Webhook

from app.sandbox.partner.document import Document

SEND_MODES = ("put", "webhook")


@dataclass(frozen=True)
class Address:
    """What a partner knows of Plumbline: from `python -m app partner create`, and from its connection."""

    url: str
    api_key: str
    partner_id: str
    webhook_secret_in: str
    """`whsec_...`, with which Plumbline signs its changes to us."""
    webhook_secret_out: str
    """`whsec_...`, with which we sign our documents to Plumbline."""
    connection_id: str = ""
    business_id: str = ""
    send: str = "put"

    @classmethod
    def from_json(cls, said: Document) -> "Address":
        """Raises ValueError naming what is missing, unknown or not a way of sending."""
        try:
            address = cls(**said)
        except TypeError as error:
            raise ValueError(str(error).partition("() ")[2]) from None
        if address.send not in SEND_MODES:
            raise ValueError(f"send is one of {', '.join(SEND_MODES)}")
        return address

    def to_json(self) -> Document:
        return asdict(self)


class Plumbline:
    """The calls of the protocol that the app makes."""

    def __init__(self, address: Address, http: httpx.AsyncClient) -> None:
        self.address = address
        self._http = http

    async def put_document(self, document: Document, kind: str = "invoices") -> httpx.Response:
        """Send the document to its own address; `kind` is `invoices` or `contacts`."""
        path = f"/v1/connections/{self.address.connection_id}/{kind}/{document['id']}"
        return await self._http.put(self.address.url + path, json=document, headers=self._authorization())

    async def put_part(self, document: Document, kind: str, part: Document) -> httpx.Response:
        """Send one payment or credit (`kind`) of the document, which it brought to its version."""
        said = {**part, "invoice_id": document["id"]} | _versions_of(document)
        return await self._http.put(
            self._part_url(document, kind, part), json=said, headers=self._authorization()
        )

    async def delete_part(self, document: Document, kind: str, part: Document) -> httpx.Response:
        """Tell that the document's version has that payment or credit no more."""
        asked = {name: value or 0 for name, value in _versions_of(document).items()}
        return await self._http.delete(
            self._part_url(document, kind, part), params=asked, headers=self._authorization()
        )

    def _part_url(self, document: Document, kind: str, part: Document) -> str:
        invoice = f"/v1/connections/{self.address.connection_id}/invoices/{document['id']}"
        return f"{self.address.url}{invoice}/{kind}/{part['id']}"

    async def post_webhook(
        self, document: Document, webhook_id: str, kind: str = "invoices"
    ) -> httpx.Response:
        """Send the document as a signed webhook; the same `webhook_id` again says that it is a repeat."""
        data = {"connection_id": self.address.connection_id, "document": document}
        now = datetime.now(UTC)
        what = f"{kind.removesuffix('s')}.changed"
        body = json.dumps({"type": what, "timestamp": now.isoformat(), "data": data})
        headers = {
            "content-type": "application/json",
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(self.address.webhook_secret_out).sign(webhook_id, now, body),
        }
        url = f"{self.address.url}/webhooks/partner/{self.address.partner_id}"
        return await self._http.post(url, content=body, headers=headers)

    async def post_manifest(
        self, documents: list[Document], contacts: list[Document] | None = None
    ) -> httpx.Response:
        """Tell which invoices the app holds, in which version and what each comes to; and which contacts, if given."""
        said = {"invoices": documents} if contacts is None else {"invoices": documents, "contacts": contacts}
        manifest = {name: [list_entry(each) for each in listed] for name, listed in said.items()}
        url = f"{self.address.url}/v1/connections/{self.address.connection_id}/manifest"
        return await self._http.post(url, json=manifest, headers=self._authorization())

    def _authorization(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.address.api_key}"}


def _versions_of(document: Document) -> Document:
    return {"version": document["version"], "based_on": document["based_on"]}


def list_entry(document: Document) -> Document:
    """What a manifest says of an invoice or a contact; of an invoice's total only where the app knows it."""
    named = {"id": document["id"], "version": document["version"]}
    if document.get("total") is None:
        return named
    return {**named, "total": document["total"], "currency": document["currency"]}


def new_webhook_id() -> str:
    """A `webhook-id` that was never used."""
    return f"msg_{uuid.uuid4().hex}"


def read_answer(response: httpx.Response) -> Any:
    """The JSON of an answer, its text where it is none, or nothing."""
    try:
        return response.json() if response.content else None
    except ValueError:
        return response.text
