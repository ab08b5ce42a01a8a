"""The partner's documents of any kind: stored where they are newer than what is held, each on its link.

Several are stored at once, of one connection or of many, in as many statements as one takes. Whoever stores holds the
rows of their connections, so that what is found here about a link stands until the transaction ends.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, Uuid, literal_column, select, update

from app.db.links.link_ids import build_link_id
from app.db.links.shelves import Document, Shelf, build_storing
from app.db.postgres.given import Types, bare, each_found, give, rows_given, types_of
from app.db.postgres.session import ReadSession, WriteSession
from app.db.postgres.straight import run
from app.db.tables import InvoiceLinkRow
from app.db.upkeep.restored import LEAP, is_doubted
from app.domain.partner.document import list_fees
from app.telemetry import find_correlation_id

Held = tuple[int, Document | None, int]
"""The version and the document that a link has, and our newest revision of it."""

Name = tuple[UUID, str]
"""What names a thing among those of all connections: its connection, and the partner's id."""
_NAMED: Types = {"connection_id": Uuid, "partner_key": Text}


@dataclass(frozen=True, slots=True)
class Filed:
    """A document of a connection's that came in; the request that brought it is logged under `correlation_id`."""

    connection_id: UUID
    document: Document
    at: datetime
    correlation_id: str | None = None

    @property
    def name(self) -> Name:
        return self.connection_id, self.document["id"]


def file_all(connection_id: UUID, documents: Iterable[Document], at: datetime) -> list[Filed]:
    """Documents of one connection that the request brings which is being answered."""
    followed = find_correlation_id()
    return [Filed(connection_id, document, at, followed) for document in documents]


class DocumentOutcome(StrEnum):
    """What storing a document came to; only the first two changed anything."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    STALE = "stale"
    VERSION_REUSED = "version_reused"
    BASED_ON_UNKNOWN = "based_on_unknown"


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """The outcome, the version that is held now and our newest revision of that thing; the link where it is news."""

    outcome: DocumentOutcome
    held_version: int
    revision: int
    link_id: UUID | None = None

    @property
    def is_news(self) -> bool:
        return self.outcome in {DocumentOutcome.CREATED, DocumentOutcome.UPDATED}


async def save_documents(session: WriteSession, shelf: Shelf, filed: Sequence[Filed]) -> list[StoredDocument]:
    """Store those of these documents that are newer than what is held, with all that follows from that (`shelves`).

    One answer for each, in order; nothing may be named twice. The same document again is `UNCHANGED`; another document
    under a version that was used is `VERSION_REUSED`.
    """
    fit = await _list_fit(session, shelf, filed)
    news = await _store(session, shelf, fit) if fit else {}
    left = [each.name for each in filed if each.name not in news]
    held = await _find_held(session, shelf, left) if left else {}
    return [news.get(each.name) or _explain(each.document, held.get(each.name)) for each in filed]


async def _list_fit(session: ReadSession, shelf: Shelf, filed: Sequence[Filed]) -> list[Filed]:
    """Those that name no revision of ours, or one that there is, or may have been where an older copy was restored."""
    based = [each for each in filed if shelf.has_revisions and each.document.get("based_on")]
    if not based:
        return list(filed)
    revisions = await find_revisions(session, shelf, [each.name for each in based])
    beyond = [each for each in based if each.document["based_on"] > revisions.get(each.name, 0)]
    at = {each.connection_id: each.at for each in beyond}
    doubted = {each for each in sorted(at) if await is_doubted(session, each, at[each])}
    unknown = {
        each.name
        for each in beyond
        if each.connection_id not in doubted or each.document["based_on"] > revisions.get(each.name, 0) + LEAP
    }
    return [each for each in filed if each.name not in unknown]


async def find_revisions(session: ReadSession, shelf: Shelf, names: Sequence[Name]) -> dict[Name, int]:
    """Our newest revision of those of these things that are held."""
    if not names:
        return {}
    found = await session.execute(_build_looking_up(shelf, ("revision",)), give_names(names))
    return {(connection_id, key): revision for connection_id, key, revision in found}


async def _find_held(session: ReadSession, shelf: Shelf, names: Sequence[Name]) -> dict[Name, Held]:
    revision = ("revision",) if shelf.has_revisions else ()
    looking_up = _build_looking_up(shelf, ("document_version", "document", *revision))
    found = await session.execute(looking_up, give_names(names))
    return {
        (connection_id, key): (version, document, newest[0] if newest else 0)
        for connection_id, key, version, document, *newest in found
    }


def give_names(names: Iterable[Name]) -> dict[str, list[Any]]:
    """The parameters of what `build_finding` builds."""
    return give(
        _NAMED, [{"connection_id": connection_id, "partner_key": key} for connection_id, key in names]
    )


def build_finding(shelf: Shelf, *wanted: Any) -> Select[Any]:
    """The statement that reads so much of the links that are named, in no order."""
    given, table = rows_given(_NAMED), bare(shelf.row)
    is_its = table.c.connection_id == given.c.connection_id, table.c[shelf.key] == given.c.partner_key
    return each_found(given, wanted, *is_its)


@cache
def _build_looking_up(shelf: Shelf, names: tuple[str, ...]) -> Select[Any]:
    """The statement that reads these columns of the links that are named, after their names."""
    table = bare(shelf.row)
    return build_finding(shelf, *(table.c[name] for name in ("connection_id", shelf.key, *names)))


async def _store(session: WriteSession, shelf: Shelf, filed: Sequence[Filed]) -> dict[Name, StoredDocument]:
    """Store the documents, and answer those that were news, by name."""
    brought = [
        shelf.build(each.document, each.at) | {"correlation_id": each.correlation_id} for each in filed
    ]
    rows = [
        {
            "id": build_link_id(each.connection_id, shelf.key, each.document["id"]),
            "connection_id": each.connection_id,
            shelf.key: each.document["id"],
        }
        | shelf.build_first(each.document)
        | columns
        for each, columns in zip(filed, brought, strict=True)
    ]
    names = tuple(rows[0])
    storing = build_storing(shelf, names, tuple(brought[0]))
    stored = await run(session, storing, give(types_of(shelf.row, *names), rows))
    return {
        (connection_id, key): StoredDocument(
            DocumentOutcome.CREATED if is_new else DocumentOutcome.UPDATED, version, 0, link_id
        )
        for connection_id, key, link_id, version, is_new in stored
    }


def _explain(document: Document, held: Held | None) -> StoredDocument:
    """Why a document was not stored."""
    if held is None:
        return StoredDocument(DocumentOutcome.BASED_ON_UNKNOWN, 0, 0)
    version, kept, revision = held
    if document["version"] < version:
        outcome = DocumentOutcome.STALE
    elif document["version"] > version:
        outcome = DocumentOutcome.BASED_ON_UNKNOWN
    else:
        outcome = DocumentOutcome.UNCHANGED if kept == dict(document) else DocumentOutcome.VERSION_REUSED
    return StoredDocument(outcome, version, revision)


def _build_columns(document: Document, at: datetime) -> dict[str, Any]:
    return {
        "document": dict(document),
        "document_version": document["version"],
        "document_based_on": document.get("based_on"),
        "document_at": at,
        "touched_at": at,
        "partner_number": document.get("number"),
        "payment_fees": list_fees(document),
    }


_PAYMENTS_LISTED = literal_column(
    "ARRAY(SELECT jsonb_array_elements_text(jsonb_path_query_array(excluded.document, '$.payments[*].id')))",
    type_=ARRAY(Text),
)
"""The ids of the payments that the document lists which is being stored."""

INVOICES = Shelf(
    InvoiceLinkRow, "partner_invoice_id", _build_columns, merged={"payment_fees": _PAYMENTS_LISTED}
)
"""Where documents of invoices are kept."""


@dataclass(frozen=True, slots=True)
class DraftAsked:
    """An invoice that is known: with the call that asked for it in Xero as a draft, None where none did."""

    asked: dict[str, Any] | None


async def find_draft_asked(session: ReadSession, connection_id: UUID, invoice_id: str) -> DraftAsked | None:
    """What is known of that id; None where there is no such invoice."""
    known = select(InvoiceLinkRow.draft_asked).where(*INVOICES.names(connection_id, [invoice_id]))
    found = (await session.execute(known)).one_or_none()
    return DraftAsked(found[0]) if found else None


async def save_draft_asked(
    session: WriteSession, connection_id: UUID, invoice_id: str, asked: Mapping[str, Any]
) -> None:
    """The invoice, stored in this transaction, is wanted in Xero as the draft that it is."""
    wanted = update(InvoiceLinkRow).where(*INVOICES.names(connection_id, [invoice_id]))
    await session.execute(wanted.values(draft_asked=dict(asked)))
