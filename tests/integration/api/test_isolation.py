"""No partner learns of another, by any operation of the contract: one that is new is tried by itself.

What a stranger is answered about a thing of the first partner's must equal, to the last header, what it is answered
about one that does not exist. It is tried with the first partner's connection, and with the first partner's thing
under a connection of the stranger's own.
"""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.commands.acts.new_partner import create_partner
from app.db.tables import Table
from tests.integration.api.driver import Plumbline
from tests.integration.api.operations import Operation
from tests.integration.api.things import CHOSEN_BY_PARTNERS, KINDS, Things, make_things
from tests.served import build_contract

_OF_ITS_OWN = {"x-correlation-id", "ratelimit"}
"""Headers that differ from one call to the next, whoever calls."""

_NOT_READ = {"watch_export", "get_erasure"}
"""A stream without an end, and what only comes with the end of all the others; strangers call both below."""

_REDIRECTED = {"return_from_xero", "choose_organisation_as_person"}
"""A browser's calls, by a state and no key; `test_consent` is about them."""


def list_all() -> Iterator[Operation]:
    """Every operation of the contract, webhooks that come in as well."""
    contract = build_contract()
    for path, operations in contract["paths"].items():
        for method, told in operations.items():
            yield Operation(contract, method.upper(), path, told)


def name_parameters(operation: Operation) -> list[str]:
    """The parameters of its path that name a thing."""
    return [name for name in re.findall(r"\{(\w+)\}", operation.path) if name not in KINDS]


def told_by(answer: httpx.Response, ids: dict[str, str]) -> Any:
    """What an answer lets its caller learn, with the ids that were asked for taken out."""
    text = re.sub(r'"correlation_id": ?"[^"]*"', "", answer.text)
    for name in sorted(ids, key=lambda each: -len(ids[each])):
        if len(ids[name]) > 2:
            text = text.replace(ids[name], f"<{name}>")
    headers = {name: value for name, value in answer.headers.items() if name not in _OF_ITS_OWN}
    return answer.status_code, text, {**headers, "content-length": ""}


async def read_all(plumbline: Plumbline) -> dict[str, list[Any]]:
    """Every row of every table; when a key was last used is nobody's secret."""
    kept: dict[str, list[Any]] = {}
    for table in Table.metadata.sorted_tables:
        # No columns are named: some of their names are words of SQL.
        every = f"SELECT to_jsonb(t) - 'last_used_at' FROM {table.name} t ORDER BY 1::text"  # noqa: S608 - our tables
        kept[table.name] = [row[0] for row in await plumbline.execute(every)]
    return kept


@pytest.fixture
async def things(plumbline: Plumbline) -> Things:
    """What the first partner has."""
    return await make_things(plumbline)


@pytest.fixture
async def own(plumbline: Plumbline, things: Things) -> dict[str, str]:
    """The stranger: another partner's admin, with a connection of its own."""
    other = await create_partner(plumbline.settings, "Another", None)
    async with plumbline.as_partner(other["api_key"]) as stranger:
        opened = (await stranger.post("/v1/connections", json={"business_id": "biz_1"})).json()
    await plumbline.execute(
        "UPDATE connections SET (state, organisation, organisation_fetched_at, settings, settings_version) ="
        " (SELECT state, organisation, organisation_fetched_at, settings, settings_version FROM connections"
        " WHERE id = CAST(:theirs AS uuid)) WHERE id = CAST(:own AS uuid)",
        theirs=things.ids["connection_id"],
        own=opened["id"],
    )
    return {"key": other["api_key"], "connection_id": opened["id"]}


async def test_every_parameter_of_a_path_has_a_thing(plumbline: Plumbline, things: Things) -> None:
    """And the thing is there: whoever owns it is answered about it by every operation that reads it."""
    for operation in list_all():
        unknown = [name for name in name_parameters(operation) if name not in things.ids]
        assert unknown == [], f"{operation.name}: tests/integration/api/things.py makes no {unknown}"
        if operation.is_read and operation.path.startswith("/v1/") and name_parameters(operation):
            if operation.name in _NOT_READ:
                continue
            answer = await operation.call(plumbline.http, things.ids)
            assert answer.status_code != 404, (operation.name, answer.text)


async def test_anothers_thing_is_as_one_that_does_not_exist(
    plumbline: Plumbline, things: Things, own: dict[str, str]
) -> None:
    """By every operation that names one, to an admin of another partner: the same, word for word, and no change."""
    before = await read_all(plumbline)
    walked = 0
    async with plumbline.as_partner(own["key"]) as stranger:
        for operation in list_all():
            named = name_parameters(operation)
            if not named:
                continue
            walked += 1
            nothing = things.without(named)
            theirs = await operation.call(stranger, things.ids)
            nowhere = await operation.call(stranger, nothing)
            assert told_by(theirs, things.ids) == told_by(nowhere, nothing), operation.name
            assert theirs.status_code == (404 if operation.path.startswith("/v1/") else 401), operation.name
    assert walked > 100
    assert await read_all(plumbline) == before


async def test_anothers_thing_cannot_be_reached_through_a_connection_of_ones_own(
    plumbline: Plumbline, things: Things, own: dict[str, str]
) -> None:
    """A thing is looked for in the connection that is named, and not by its id alone."""
    before = await read_all(plumbline)
    walked = 0
    mixed = things.ids | {"connection_id": own["connection_id"]}
    async with plumbline.as_partner(own["key"]) as stranger:
        for operation in list_all():
            named = [name for name in name_parameters(operation) if name != "connection_id"]
            if "{connection_id}" not in operation.path or not named:
                continue
            if operation.method == "PUT" and CHOSEN_BY_PARTNERS.issuperset(named):
                continue  # it makes a thing of one's own by that id, as it should
            walked += 1
            nothing = things.without(named) | {"connection_id": own["connection_id"]}
            theirs = await operation.call(stranger, mixed)
            nowhere = await operation.call(stranger, nothing)
            assert told_by(theirs, mixed) == told_by(nowhere, nothing), operation.name
            assert theirs.status_code == 404, (operation.name, theirs.text)
    assert walked > 30
    assert await read_all(plumbline) == before


async def test_no_list_shows_anything_of_anothers(
    plumbline: Plumbline, things: Things, own: dict[str, str]
) -> None:
    """Every read that names no thing, or a connection of one's own alone, holds no id and no word of the first's."""
    walked = 0
    async with plumbline.as_partner(own["key"]) as stranger:
        for operation in list_all():
            if not operation.is_read or operation.name in _REDIRECTED:
                continue
            if set(name_parameters(operation)) - {"connection_id"}:
                continue
            walked += 1
            answer = await operation.call(stranger, {"connection_id": own["connection_id"]})
            seen = [secret for secret in things.secrets if secret in answer.text]
            assert seen == [], (operation.name, answer.text)
    assert walked > 25
