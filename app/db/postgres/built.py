"""Statements that are built once in a process, for what is asked in every round.

Writing a statement out and finding the text that it was compiled to costs SQLAlchemy several times what it takes to
send it. A statement that stands in its module keeps that text; what differs from one time to the next are its named
parameters. It is about tables (`bare`), not about mapped classes, so that the ORM keeps no books over its rows: they
read as the class does, and are objects of no session.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import BindParameter, ColumnElement, Select, any_, bindparam, inspect, select
from sqlalchemy.dialects.postgresql import ARRAY

from app.db.postgres.given import bare
from app.db.postgres.session import ReadSession
from app.db.tables import Table

RowT = TypeVar("RowT", bound=Table)


def asked(name: str, column: ColumnElement[Any]) -> BindParameter[Any]:
    """A parameter of the column's type."""
    return bindparam(name, type_=column.type)


def among_asked(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether the column has one of the values of a parameter, which is a list of any length."""
    return column == any_(bindparam(name, type_=ARRAY(column.type)))


def whole(row: type[RowT]) -> "Select[tuple[RowT]]":
    """A query for every column of a table, under the names that the class has for them; see `fetch_whole`."""
    return select(*whole_columns(row))


def whole_columns(row: type[Table]) -> list[ColumnElement[Any]]:
    """Every column of a table under the name that the class has for it, as for what a write returns."""
    columns = bare(row).c
    mapped = inspect(row).column_attrs
    return [columns[each.columns[0].name].label(each.key) for each in mapped]


async def fetch_whole(
    session: ReadSession, statement: "Select[tuple[RowT]]", values: Mapping[str, Any]
) -> Sequence[RowT]:
    """The rows that a query of `whole` finds.

    They are named tuples: SQLAlchemy's row looks each value up by its name, which for the fifty of a connection takes
    four times what making the connection of them does.
    """
    found = await session.execute(statement, values)
    return cast("Sequence[RowT]", list(map(build_tuple(tuple(found.keys()))._make, found)))


def build_maker(columns: Sequence[ColumnElement[Any]], row: type[RowT]) -> Callable[[Iterable[Any]], RowT]:
    """What makes such a row of a class of the values of its columns."""
    return cast(
        "Callable[[Iterable[Any]], RowT]", build_tuple(tuple(str(each.key) for each in columns))._make
    )


@cache
def build_tuple(names: tuple[str, ...]) -> Any:
    """The class of rows whose values have these names, in this order."""
    return namedtuple("Row", names)
