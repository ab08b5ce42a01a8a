"""What a person does with contacts at the app, over HTTP; edits answer as those of invoices do (see `control`)."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.sandbox.partner.contact_document import Document
from app.sandbox.partner.contacts import Contacts
from app.sandbox.partner.outbox import CONTACTS, Outbox
from app.sandbox.partner.plumbline import read_answer


@dataclass(frozen=True)
class ContactControl:
    """The routes under /control/contacts."""

    contacts: Contacts
    outbox: Outbox

    def list_routes(self) -> list[Route]:
        """Every route."""
        contact = "/control/contacts/{contact_id}"
        return [
            Route("/control/contacts", self.open_contact, methods=["POST"]),
            Route("/control/contacts", self.list_contacts, methods=["GET"]),
            Route("/control/contacts/manifest", self.post_manifest, methods=["POST"]),
            Route(contact, self.edit_contact, methods=["PATCH"]),
            Route(contact, self.show_contact, methods=["GET"]),
        ]

    async def open_contact(self, request: Request) -> Response:
        """A new contact; "send": false keeps it at home."""
        said = await request.json()
        is_sent = said.pop("send", True)
        return await self._answer(self.contacts.meet(said), is_sent, status=201)

    async def list_contacts(self, request: Request) -> Response:
        return JSONResponse({"data": self.contacts.list()})

    async def post_manifest(self, request: Request) -> Response:
        """Tell Plumbline which contacts there are, then PUT each that it asks for."""
        if self.outbox.plumbline is None:
            raise ValueError("no Plumbline is set")
        answer = read_answer(await self.outbox.plumbline.post_manifest([], self.contacts.list()))
        sent: list[Document] = []
        for asked in answer["send_contacts"]:
            document = self.contacts.get(asked["id"])
            sent += await self.outbox.deliver(document, how="put", kind=CONTACTS)
        return JSONResponse({"answer": answer, "sent": sent})

    async def show_contact(self, request: Request) -> Response:
        """The newest version, or the one that ?version= names."""
        version = request.query_params.get("version")
        contact_id = request.path_params["contact_id"]
        return JSONResponse(self.contacts.get(contact_id, int(version) if version else None))

    async def edit_contact(self, request: Request) -> Response:
        """Fields by name; "send": false keeps the new version at home."""
        changes = await request.json()
        is_sent = changes.pop("send", True)
        document = await self.contacts.edit(request.path_params["contact_id"], changes)
        return await self._answer(document, is_sent)

    async def _answer(self, document: Document, is_sent: bool, *, status: int = 200) -> Response:
        sent = await self.outbox.send(document, CONTACTS) if is_sent else []
        return JSONResponse({"document": document, "sent": sent}, status)
