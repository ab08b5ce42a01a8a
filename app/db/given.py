"""Rows that a statement is given as one array for each column.

Such a statement is the same text for any number of rows: SQLAlchemy builds and compiles it once in a process, and
PostgreSQL prepares it once in a connection. It is what a statement for many rows is made of where there are many.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import TableValuedAlias, bindparam, column, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

_PREFIX = "given_"

Types = Mapping[str, type[TypeEngine[Any]] | TypeEngine[Any]]


def rows_given(types: Types, name: str = "given") -> TableValuedAlias:
    """The rows as a table with these columns; their order is theirs alone."""
    arrays = [bindparam(f"{_PREFIX}{each}", type_=ARRAY(kind)) for each, kind in types.items()]
    columns = [column(each, kind) for each, kind in types.items()]
    return func.unnest(*arrays).table_valued(*columns, name=name).render_derived()


def give(types: Types, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The parameters of a statement over `rows_given(types)`; every row has every column."""
    return {f"{_PREFIX}{each}": [row[each] for row in rows] for each in types}
