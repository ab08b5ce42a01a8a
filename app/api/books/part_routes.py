"""What the routes of payments and of credits do alike; each of the two says what it is of.

Conditions (`If-Match`, `If-None-Match`) are about the payment or credit as it is shown, and are judged in the
transaction that would store the edit, the connection's row being locked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query, Response
from pydantic import BaseModel

from app.api.books.batches import read_elements
from app.api.books.part_calls import (
    Edited,
    FoundPart,
    PartTaken,
    build_edit,
    check_address,
    edit_part,
    edit_parts,
    get_part,
    list_part_nudges,
    merge_parts,
    show_part_taken,
)
from app.api.books.writing import Writing
from app.api.dependencies import Services
from app.api.etags import READ_RESPONSES, Conditions, answer_read, build_etag, check_conditions
from app.api.problems import MISSING, documented
from app.db.invoices.part_lists import Group
from app.domain.connections.connection import Connection
from app.intake.part_documents import SentCredit, SentPayment
from app.intake.parts import PartEdit

Sent = TypeVar("Sent", SentPayment, SentCredit)
Shown = TypeVar("Shown", bound=BaseModel)

NextVersion = Annotated[
    int,
    Query(
        ge=1,
        le=2**53 - 1,
        description="The next version of the invoice's document in the app, without this entry.",
    ),
]
BasedOn = Annotated[
    int | None,
    Query(
        ge=0,
        le=2**53 - 1,
        description="The newest revision of ours that the app had applied to the invoice; 0: none. Left out, the "
        "newest that it acknowledged.",
    ),
]

_EDIT_REFUSED = (
    *MISSING,
    "connection_removed",
    "stale_document",
    "version_reused",
    "version_skipped",
    "resource_changed",
    "invalid_document",
)
READ = {**READ_RESPONSES, **documented(*MISSING)}
PUT = documented("malformed_body", *_EDIT_REFUSED, "exists_already", "too_large")
TAKE_OUT = documented(*_EDIT_REFUSED)
"""What one that is read, put in or taken out is answered with."""


class PartsTaken(BaseModel):
    """In the order in which they were sent."""

    data: list[PartTaken]


@dataclass(frozen=True, slots=True)
class Parts(Generic[Sent, Shown]):
    """Payments, or credits: their group in the invoice's document, what is sent of one, and how it is shown."""

    group: Group
    sent: type[Sent]
    show: Callable[[FoundPart], Shown]

    async def read(
        self,
        services: Services,
        connection: Connection,
        place: tuple[str, str],
        conditions: Conditions,
        response: Response,
    ) -> BaseModel | Response:
        """One of them by its invoice's id and its own, with its ETag; raises `not_found`."""
        found = await get_part(services, connection, self.group, *place)
        return answer_read(self.show(found), conditions, response)

    async def put(
        self,
        writing: Writing,
        place: tuple[str, str],
        sent: Sent,
        conditions: Conditions,
        response: Response,
    ) -> Shown:
        """Put one into its invoice: 201 where the app had none such before; raises what it was refused for."""
        check_address(sent, *place)
        edited = await self._edit(writing, build_edit(self.group, sent), conditions)
        shown = self.show(edited.get_part())
        response.status_code = 201 if edited.is_new else 200
        response.headers["ETag"] = build_etag(shown)
        return shown

    async def take_out(
        self,
        writing: Writing,
        place: tuple[str, str],
        made_by: tuple[int, int | None],
        if_match: str | None,
    ) -> None:
        """Take one out of its invoice by the document of that version and base; raises what it was refused for."""
        invoice_id, key = place
        edit = PartEdit(invoice_id, self.group, key, *made_by, None)
        await self._edit(writing, edit, Conditions(if_match, None))

    async def put_many(self, writing: Writing, elements: Sequence[Any]) -> PartsTaken:
        """Put each into its invoice, or refuse it by itself."""
        read = read_elements(self.sent, elements)
        edits = [build_edit(self.group, each) for each in read if isinstance(each, self.sent)]
        done = await edit_parts(writing.services, writing.partner_id, writing.connection_id, edits)
        taken = merge_parts(read, done)
        writing.wake(list_part_nudges(taken))
        return PartsTaken(data=[show_part_taken(*each) for each in zip(elements, taken, strict=True)])

    async def _edit(self, writing: Writing, edit: PartEdit, conditions: Conditions) -> Edited:
        def check(before: FoundPart | None) -> None:
            check_conditions(conditions, self.show(before) if before else None)

        edited = await edit_part(
            writing.services,
            writing.partner_id,
            writing.connection_id,
            edit,
            check=None if conditions == Conditions(None, None) else check,
        )
        writing.wake(edited.nudges)
        return edited
