"""The way into PostgreSQL: asyncpg under SQLAlchemy, by an address as PostgreSQL's own programs take it.

What an address says of encryption (`sslmode`, `sslrootcert` and the rest) is libpq's language. asyncpg speaks it in
addresses alone, and SQLAlchemy would hand each of them over as an argument that asyncpg does not have; so they go to it
in an address of their own, and host, user and database go the usual way. Without a word about it a network is crossed
encrypted where the server offers that (`prefer`), which is what libpq does too.
"""

from functools import partial
from typing import Any
from urllib.parse import urlencode

import asyncpg
from pydantic_core import from_json, to_json
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_OF_TLS = (
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslpassword",
    "sslcrl",
    "sslnegotiation",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
)


_KEPT_PREPARED = 500
"""Statements that a connection keeps prepared; a worker has some two hundred, and preparing one is a round trip."""

_PREPARED = {"prepared_statement_cache_size": _KEPT_PREPARED, "statement_cache_size": _KEPT_PREPARED}
"""For statements of one set of parameters, which SQLAlchemy keeps, and of several, which asyncpg does."""


def build_engine(url: str, name: str, **options: Any) -> AsyncEngine:
    """An engine; `url` is a postgresql+asyncpg address, and PostgreSQL lists its connections under `name`."""
    address = make_url(url)
    of_tls = {key: value for key, value in address.query.items() if key in _OF_TLS}
    # Called with what SQLAlchemy read from the rest of the address, which counts before what stands in this one.
    connect = partial(asyncpg.connect, f"postgresql://?{urlencode(of_tls)}" if of_tls else None)
    arguments = {"async_creator_fn": connect, "server_settings": {"application_name": name}, **_PREPARED}
    return create_async_engine(
        address.difference_update_query(of_tls),
        connect_args=arguments,
        # A row of a link has ten values of JSON, most of them empty: the standard library takes 0.9 us for each.
        json_serializer=write_json,
        json_deserializer=from_json,
        **options,
    )


def write_json(value: Any) -> str:
    """JSON as it is sent to PostgreSQL."""
    return to_json(value).decode()
