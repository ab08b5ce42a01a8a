"""Queries of every operation, by the contract: a parameter or a word that is not known is refused, and told."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.api.driver import Plumbline, name_faults
from tests.integration.api.operations import Operation, list_operations
from tests.integration.api.things import Things, make_things
from tests.served import build_contract


@pytest.fixture
async def things(plumbline: Plumbline) -> Things:
    """One thing of the partner's for each parameter of a path."""
    return await make_things(plumbline)


def list_words(operation: Operation) -> Iterator[tuple[str, list[str]]]:
    """The parameters of a query that take only certain words, with these words."""
    for parameter in operation.told.get("parameters", []):
        words = find_words(operation.contract, parameter["schema"])
        if parameter["in"] == "query" and words:
            yield parameter["name"], words


def find_words(contract: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """The words of a schema, that may be null as well."""
    for each in schema.get("anyOf", [schema]):
        found = contract["components"]["schemas"][each["$ref"].rpartition("/")[2]] if "$ref" in each else each
        if "enum" in found:
            return list(found["enum"])
    return []


async def ask(plumbline: Plumbline, operation: Operation, ids: dict[str, str], query: dict[str, str]) -> Any:
    """An operation with that query and without a body."""
    path = operation.path.format(**ids)
    return await plumbline.http.request(operation.method, path, params=query)


async def test_a_parameter_that_no_operation_knows_is_refused_by_each(
    plumbline: Plumbline, things: Things
) -> None:
    """Before anything else is said of the call, and nothing is done."""
    for operation in list_operations(build_contract()):
        refused = await ask(plumbline, operation, things.ids, {"colour": "red"})
        assert (refused.status_code, name_faults(refused)) == (422, ["colour"]), operation.name


async def test_a_word_that_is_not_known_is_refused_with_all_that_are(
    plumbline: Plumbline, things: Things
) -> None:
    """An empty list would look as if there were nothing; each word that is known is taken."""
    asked = set()
    for operation in list_operations(build_contract()):
        for name, words in list_words(operation):
            refused = await ask(plumbline, operation, things.ids, {name: "no_such_word"})
            faults = {each["field"]: each["message"] for each in refused.json()["errors"]}
            assert refused.status_code == 422, (operation.name, name)
            assert [word for word in words if repr(word) not in faults[name]] == [], (operation.name, name)
            for word in (words[0], words[-1]):
                taken = await ask(plumbline, operation, things.ids, {name: word})
                assert taken.status_code == 200, (operation.name, name, word)
            asked.add(f"{operation.name} {name}")
    assert {"list_invoices code", "list_held code", "list_audit action", "list_deliveries type"} <= asked
    assert len(asked) > 25
