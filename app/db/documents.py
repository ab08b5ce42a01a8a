"""The partner's documents of any kind: stored where they are newer than what is held, each on its link.

Several are stored at once, in as many statements as one takes. Whoever stores holds the connection's row, so that what
is found here about a link stands until the transaction ends.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Boolean, ColumnElement, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from app.db.given import bare
from app.db.restored import LEAP, is_doubted
from app.db.session import ReadSession, WriteSession
from app.db.tables import InvoiceLinkRow
from app.domain.document import list_fees
from app.telemetry import find_correlation_id

Document = Mapping[str, Any]
Held = tuple[int, Document | None, int]
"""The version and the document that a link has, and our newest revision of it."""


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


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the documents of one kind are kept.

    `row` is the table of their links and `key` its column with the partner's id. `build` gives the columns that come
    with a document, `build_first` those that only the first one of a link brings. Of `kept` columns one without a value
    leaves what is there. `has_revisions`: changes of this kind go to the partner, so a document may name one.
    """

    row: Any
    key: str
    build: Callable[[Document, datetime], dict[str, Any]]
    build_first: Callable[[Document], dict[str, Any]] = lambda _: {}
    kept: frozenset[str] = frozenset()
    has_revisions: bool = True

    def names(self, connection_id: UUID, ids: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
        """What the links of those things of a connection fulfil."""
        return self.row.connection_id == connection_id, getattr(self.row, self.key).in_(ids)


async def save_documents(
    session: WriteSession, shelf: Shelf, connection_id: UUID, documents: Sequence[Document], at: datetime
) -> list[StoredDocument]:
    """Store those of these documents that are newer than what is held, and raise their links' generations.

    One answer for each, in order; no id may come twice. The same document again is `UNCHANGED`; another document under
    a version that was used is `VERSION_REUSED`.
    """
    fit = await _list_fit(session, shelf, connection_id, documents, at)
    news = await _upsert(session, shelf, connection_id, fit, at) if fit else {}
    left = [document for document in documents if document["id"] not in news]
    held = await _list_held(session, shelf, connection_id, left) if left else {}
    return [
        news.get(document["id"]) or _explain(document, held.get(document["id"])) for document in documents
    ]


async def _list_fit(
    session: ReadSession, shelf: Shelf, connection_id: UUID, documents: Sequence[Document], at: datetime
) -> list[Document]:
    """Those that name no revision of ours, or one that there is, or may have been where an older copy was restored."""
    based = [document["id"] for document in documents if shelf.has_revisions and document.get("based_on")]
    revisions: dict[str, int] = {}
    if based:
        known = select(getattr(shelf.row, shelf.key), shelf.row.revision)
        found = await session.execute(known.where(*shelf.names(connection_id, based)))
        revisions = {row[0]: row[1] for row in found}
        exceeds = any((each.get("based_on") or 0) > revisions.get(each["id"], 0) for each in documents)
        if exceeds and await is_doubted(session, connection_id, at):
            revisions = {each: revisions.get(each, 0) + LEAP for each in based}
    return [
        document
        for document in documents
        if document["id"] not in based or document["based_on"] <= revisions.get(document["id"], 0)
    ]


async def _upsert(
    session: WriteSession, shelf: Shelf, connection_id: UUID, documents: Sequence[Document], at: datetime
) -> dict[str, StoredDocument]:
    """Those that were news, by id."""
    followed = {"correlation_id": find_correlation_id()}
    common = [shelf.build(document, at) | followed for document in documents]
    rows = [
        {"id": uuid4(), "connection_id": connection_id, shelf.key: document["id"]}
        | shelf.build_first(document)
        | columns
        for document, columns in zip(documents, common, strict=True)
    ]
    stored = await session.execute(_build_upsert(shelf, tuple(common[0])), rows)
    return {
        partner_id: StoredDocument(
            DocumentOutcome.CREATED if is_new else DocumentOutcome.UPDATED, version, 0, link_id
        )
        for partner_id, link_id, version, is_new in stored
    }


@cache
def _build_upsert(shelf: Shelf, names: tuple[str, ...]) -> ReturningInsert[str, UUID, int, bool]:
    """The statement that stores a document where it is news; `names` are the columns that every document brings."""
    row, key = shelf.row, getattr(shelf.row, shelf.key)
    statement = insert(bare(row))
    set_ = {name: _replaced(shelf, statement.excluded, name) for name in names}
    # What is written by a conflict moves no `onupdate` column by itself.
    moved = {"updated_at": func.clock_timestamp()} if "updated_at" in row.__table__.columns else {}
    statement = statement.on_conflict_do_update(
        index_elements=["connection_id", shelf.key],
        set_=set_ | moved | {"generation": row.generation + 1},
        where=row.document_version < statement.excluded.document_version,
    )
    inserted: ColumnElement[bool] = literal_column("xmax = 0", type_=Boolean())
    return statement.returning(key, row.id, row.document_version, inserted)


def _replaced(shelf: Shelf, excluded: Any, name: str) -> Any:
    return func.coalesce(excluded[name], getattr(shelf.row, name)) if name in shelf.kept else excluded[name]


async def _list_held(
    session: ReadSession, shelf: Shelf, connection_id: UUID, documents: Sequence[Document]
) -> dict[str, Held]:
    row, key = shelf.row, getattr(shelf.row, shelf.key)
    revision = row.revision if shelf.has_revisions else literal_column("0")
    wanted = select(key, row.document_version, row.document, revision)
    ids = [document["id"] for document in documents]
    found = await session.execute(wanted.where(*shelf.names(connection_id, ids)))
    return {partner_id: (version, document, newest) for partner_id, version, document, newest in found}


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


INVOICES = Shelf(InvoiceLinkRow, "partner_invoice_id", _build_columns, kept=frozenset({"payment_fees"}))
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
