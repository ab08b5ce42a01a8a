"""Statements for many rows that are the same text for any number of them.

SQLAlchemy compiles such a statement once in a process, and PostgreSQL prepares it once in a connection; one that names
each of its rows is compiled for every number of them anew, which costs more than it takes to carry it out. Rows are
given as parameters to an insert into the `bare` table, or as one array for each column (`rows_given`).
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, cast

import sqlalchemy
from sqlalchemy import ColumnElement, Select, TableValuedAlias, any_, bindparam, column, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from app.db.tables import Table

_PREFIX = "given_"

Types = Mapping[str, type[TypeEngine[Any]] | TypeEngine[Any]]


def bare(row: type[Table]) -> sqlalchemy.Table:
    """The table alone: an insert into it takes rows as parameters, one into the mapped class has them in its text."""
    return cast(sqlalchemy.Table, row.__table__)


@cache
def types_of(row: type[Table], *names: str) -> Types:
    """The types of these columns of a table, by name."""
    return {name: row.__table__.columns[name].type for name in names}


def among(column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """Whether the column has one of these values, given as one array: the same text for any number of them."""
    array = bindparam(None, list(values), type_=ARRAY(column.type), unique=True)
    return cast(ColumnElement[bool], column == any_(array))


def rows_given(types: Types, name: str = "given", prefix: str = _PREFIX) -> TableValuedAlias:
    """The rows as a table with these columns; their order is theirs alone. Two in a statement differ in both names."""
    # Of one dimension: a list in a column of JSON is a value, and no row of the array.
    arrays = [bindparam(f"{prefix}{each}", type_=ARRAY(kind, dimensions=1)) for each, kind in types.items()]
    columns = [column(each, kind) for each, kind in types.items()]
    return func.unnest(*arrays).table_valued(*columns, name=name).render_derived()


def each_found(
    given: TableValuedAlias, wanted: Sequence[ColumnElement[Any]], *named: ColumnElement[bool]
) -> Select[Any]:
    """The columns that are wanted of the one row, if any, that each of the given rows names; in no order.

    It is one look into the index for each, whatever PostgreSQL thinks of the table: a join that was planned while the
    table was small reads the whole of it, and a prepared statement keeps its plan until the table is analysed.
    """
    one = select(*wanted).where(*named).limit(1).lateral()
    return select(*one.c).select_from(given.join(one, true()))


def give(types: Types, rows: Sequence[Mapping[str, Any]], prefix: str = _PREFIX) -> dict[str, list[Any]]:
    """The parameters of a statement over `rows_given(types)`; every row has every column."""
    return {f"{prefix}{each}": [row[each] for row in rows] for each in types}
