"""The two calls that we make to a read endpoint, for each kind of thing, as the contract tells them.

They are OpenAPI's callbacks of the operation that registers the address; nothing is routed from here.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel

from app.domain.holds.thing import Thing
from app.intake.contact_document import ContactDocument
from app.intake.document import Document
from app.intake.values import Instant
from app.reading.protocol import PAGE_SIZE, PATHS, ReadPage

callbacks = APIRouter()


class InvoiceRead(BaseModel):
    """An invoice as your app holds it now."""

    document: Document


class ContactRead(BaseModel):
    """A contact as your app holds it now."""

    document: ContactDocument


ConnectionAsked = Annotated[str, Query(description="The connection whose business is asked for.")]
BusinessAsked = Annotated[str, Query(description="The same business by your own id.")]
Bearer = Annotated[str | None, Header(description="`Bearer` and your secret, where you gave one.")]
SignedId = Annotated[str | None, Header(description="New with every call.")]
SignedAt = Annotated[str | None, Header(description="Unix seconds of the call.")]
Signature = Annotated[
    str | None,
    Header(
        description="`v1,` and the base64 of an HMAC-SHA256 of `{id}.{timestamp}.{target}`, the target being the path "
        "and query as they came; a library of Standard Webhooks checks it with the target in place of the body."
    ),
]

_FAILED: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "Anything else, or no answer in 30 seconds: it is asked again, later and later."
    }
}
_GONE: dict[int | str, dict[str, Any]] = {404: {"description": "There is no such thing; 410 says the same."}}


def list_changed(
    connection_id: ConnectionAsked,
    business_id: BusinessAsked,
    changed_since: Annotated[
        Instant | None,
        Query(description="`as_of` of an earlier list: what changed since; left out: everything."),
    ] = None,
    cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(description="How many at most; fewer is fine.")] = PAGE_SIZE,
    authorization: Bearer = None,
    webhook_id: SignedId = None,
    webhook_timestamp: SignedAt = None,
    webhook_signature: Signature = None,
) -> None:
    """Every 15 minutes with `changed_since`; once a day, and when a compare is asked for, without. Drafts too."""


def show_one(
    connection_id: ConnectionAsked,
    business_id: BusinessAsked,
    authorization: Bearer = None,
    webhook_id: SignedId = None,
    webhook_timestamp: SignedAt = None,
    webhook_signature: Signature = None,
) -> None:
    """For an entry without its document whose version is newer than ours, and for what a list should have named."""


def _declare() -> None:
    forms: dict[str, type[BaseModel]] = {Thing.INVOICE: InvoiceRead, Thing.CONTACT: ContactRead}
    for kind, form in forms.items():
        path = "{$request.body#/url}/" + PATHS[kind]
        callbacks.get(
            path,
            operation_id=f"read_{kind}s",
            summary=f"To your app: which {kind}s changed",
            response_model=ReadPage,
            responses=_FAILED,
        )(list_changed)
        callbacks.get(
            path + "/{id}",
            operation_id=f"read_{kind}",
            summary=f"To your app: one {kind}",
            response_model=form,
            responses=_GONE | _FAILED,
        )(show_one)


_declare()
