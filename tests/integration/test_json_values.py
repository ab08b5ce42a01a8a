"""Values of JSON that go into PostgreSQL and come out again, by the process's own way of writing and reading them."""

from typing import Any

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import JSONB

from app.db.postgres.session import Database
from app.domain.connections.connection import ConnectionState

VALUES: list[Any] = [
    None, True, "", "é \u2028 \U0001f600 \" \\ \n", 0, -1, 2**63, -(10**30), 1.5, 0.1 + 0.2, 1e-7,
    [], {}, {"a": None, "b": [1, {"c": "d"}]}, ConnectionState.ACTIVE,
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=repr)
async def test_a_value_comes_out_as_it_went_in(database_url: str, value: Any) -> None:
    """Numbers of any size, characters of any plane, and what is empty."""
    database = Database(database_url)
    async with database.reading() as session:
        found = await session.scalar(select(bindparam("value", value, JSONB(none_as_null=False))))
    await database.close()
    assert (found, isinstance(found, float)) == (value, isinstance(value, float))
