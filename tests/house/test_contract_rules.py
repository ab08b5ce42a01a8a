"""The contract is valid OpenAPI 3.1 and keeps to the rules of good ones."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.house.contract_rules import RULES, Json
from tests.served import build_contract


@pytest.fixture(scope="module")
def contract() -> Json:
    """OpenAPI as it is served."""
    return build_contract()


def test_the_contract_is_valid(contract: Json) -> None:
    """By the schema of OpenAPI 3.1 itself, references and all."""
    assert [error.message for error in OpenAPIV31SpecValidator(contract).iter_errors()] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_contract_keeps_to_the_rules(contract: Json, rule: Callable[[Json], Iterator[str]]) -> None:
    """Names, descriptions, examples, closed bodies, failures: whoever adds an operation is told what lacks."""
    assert list(rule(contract)) == []


def test_each_rule_can_be_broken() -> None:
    """A rule that nothing breaks would hold nothing."""
    bare: dict[str, Any] = {"tags": ["x"], "security": [{"ApiKey": []}], "responses": {"200": {}, "412": {}}}
    body = {"content": {"application/json": {"schema": {"type": "object"}}}}
    kinds = [{"type": "string"}, {"type": "null"}]
    query = [{"name": "limit", "in": "query", "schema": {"anyOf": kinds}}]
    broken = {
        "paths": {"/x/{id}": {"post": {**bare, "parameters": query, "requestBody": body}}},
        "components": {"schemas": {"X": {"type": "object"}}},
    }
    assert [rule.__name__ for rule in RULES if not list(rule(broken))] == []
