"""Where documents of each kind are kept, and the statement that puts them there.

It is one statement for all that news comes to: the link's row and its generation, the moment in the link's history, and
the connection's generation. What each of them is told it takes from the one before, so the documents go over once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    FromClause,
    Select,
    Text,
    func,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from app.db.links.moments import DOCUMENT
from app.db.postgres.built import whole_columns
from app.db.postgres.given import bare, rows_given, types_of
from app.db.tables import ConnectionRow, MomentRow

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the documents of one kind are kept.

    `row` is the table of their links and `key` its column with the partner's id. `build` gives the columns that come
    with a document, `build_first` those that only the first one of a link brings. A `merged` column takes the place of
    what is there under the keys that its expression finds in the document, so that other keys stay; without a value it
    leaves all that is there. `has_revisions`: changes of this kind go to the partner, so a document may name one.
    `is_word`: such a document is a reason to look at its connection, and the newest word from the partner's side.
    """

    row: Any
    key: str
    build: Callable[[Document, datetime], dict[str, Any]]
    build_first: Callable[[Document], dict[str, Any]] = lambda _: {}
    merged: Mapping[str, ColumnElement[Any]] = field(default_factory=dict, hash=False)
    has_revisions: bool = True
    is_word: bool = True

    def names(self, connection_id: UUID, ids: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
        """What the links of those things of a connection fulfil."""
        return self.row.connection_id == connection_id, getattr(self.row, self.key).in_(ids)


@cache
def build_storing(
    shelf: Shelf, names: tuple[str, ...], brought: tuple[str, ...]
) -> Select[UUID, str, UUID, int, bool]:
    """The statement that stores documents where they are news, and finds of each the connection, the partner's id, the
    link, the version, and whether it is the first of its link.

    `brought` are the columns that every document brings, `names` those and what a first one brings beside them.
    """
    news = build_news(shelf, rows_given(types_of(shelf.row, *names)), names, brought)
    found = news.c
    stored = select(found.connection_id, found.partner_key, found.id, found.document_version, found.is_first)
    return stored.add_cte(*build_follows(shelf, news))


def build_news(
    shelf: Shelf,
    given: FromClause,
    names: tuple[str, ...],
    brought: tuple[str, ...],
    *,
    is_whole: bool = False,
) -> CTE:
    """The part that stores those of the given documents that are newer than what is held, and names them.

    With `is_whole` it has every column of their links as they stand then, under the names of the class.
    """
    return _build_upsert(shelf, given, names, brought, is_whole=is_whole).cte("news")


def build_follows(shelf: Shelf, news: CTE) -> list[CTE]:
    """The parts that write what follows from that."""
    return [_keep_moments(news)] + ([_tell_connections(news)] if shelf.is_word else [])


def _build_upsert(
    shelf: Shelf, given: FromClause, names: tuple[str, ...], brought: tuple[str, ...], *, is_whole: bool
) -> ReturningInsert[Any]:
    row = shelf.row
    statement = insert(bare(row)).from_select(list(names), select(*(given.c[name] for name in names)))
    set_ = {name: _replaced(shelf, statement.excluded, name) for name in brought}
    # What is written by a conflict moves no `onupdate` column by itself.
    moved = {"updated_at": func.clock_timestamp()} if "updated_at" in row.__table__.columns else {}
    statement = statement.on_conflict_do_update(
        index_elements=["connection_id", shelf.key],
        set_=set_ | moved | {"generation": row.generation + 1},
        where=row.document_version < statement.excluded.document_version,
    )
    table = bare(row).c
    few = (table.connection_id, table.id, table.document_version, table.touched_at)
    return statement.returning(
        *(whole_columns(row) if is_whole else few),
        table[shelf.key].label("partner_key"),
        table.document["based_on"].label("based_on"),
        literal_column("xmax = 0", type_=Boolean()).label("is_first"),
    )


def _replaced(shelf: Shelf, excluded: Any, name: str) -> Any:
    said, there = excluded[name], getattr(shelf.row, name)
    if name not in shelf.merged:
        return said
    return func.coalesce(there.op("-")(shelf.merged[name]).op("||")(said), said, there)


def _keep_moments(news: CTE) -> CTE:
    facts = func.jsonb_build_object("version", news.c.document_version, "based_on", news.c.based_on)
    taken = select(news.c.connection_id, news.c.id, literal(DOCUMENT, Text), facts, news.c.touched_at)
    into = ["connection_id", "link_id", "kind", "facts", "at"]
    return insert(bare(MomentRow)).from_select(into, taken).cte("moments_kept")


def _tell_connections(news: CTE) -> CTE:
    table = bare(ConnectionRow)
    newest = func.max(news.c.touched_at).label("at")
    came = select(news.c.connection_id, newest).group_by(news.c.connection_id).subquery("came")
    telling = update(table).where(table.c.id == came.c.connection_id)
    return telling.values(generation=table.c.generation + 1, documented_at=came.c.at).cte("connections_told")
