"""Xero's own specification as a judge of what was said over the wire: names, types, enums, formats, lengths.

A small reader of OpenAPI over PyYAML. Where Xero is known to depart from its specification, the departure stands in
`DEPARTURES` with its reason; nothing else is let through. `required` is not held: it speaks of creates, and the same
schema serves updates by id. Lengths are held in requests only, for a refusal echoes what was too long.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

SPECIFICATION = Path(__file__).resolve().parents[4] / "shared" / "xero" / "xero_accounting.yaml"
_API = "/api.xro/2.0"
_EXAMPLES = "in the specification's own example answers, though not in its schema"
_STRING_TWIN = "the string twin of a date (FACTS 4.5), " + _EXAMPLES
_ERRORS = "validation errors nest in any element (FACTS 4.8), " + _EXAMPLES
DEPARTURES: dict[tuple[str, str], str] = {
    ("*", "ValidationErrors"): _ERRORS,
    ("*", "HasValidationErrors"): _ERRORS,
    ("*", "Warnings"): _ERRORS,
    (
        "*",
        "StatusAttributeString",
    ): "every element says OK, WARNING or ERROR with summarizeErrors=false (FACTS 4.8)",
    ("Invoice", "DateString"): _STRING_TWIN,
    ("Invoice", "DueDateString"): _STRING_TWIN,
    ("CreditNote", "DateString"): _STRING_TWIN,
    ("CreditNote", "DueDateString"): _STRING_TWIN,
    ("Overpayment", "DateString"): _STRING_TWIN,
    ("Prepayment", "DateString"): _STRING_TWIN,
    ("BankTransaction", "DateString"): _STRING_TWIN,
    ("HistoryRecord", "DateUTCString"): _STRING_TWIN,
    ("CreditNote", "ID"): "a second name of the id, " + _EXAMPLES,
    ("Overpayment", "ID"): "a second name of the id, " + _EXAMPLES,
    ("Prepayment", "ID"): "a second name of the id, " + _EXAMPLES,
}
"""(schema or "*", property) that an answer may have: the reason."""
ENVELOPE = {"Id", "Status", "ProviderName", "DateTimeUTC"}
"""Around every answer of Xero's, in all of the specification's examples, and in none of its schemas."""
ELEMENTS = "Elements of a 400 are the refused elements whole (FACTS 4.8); the schema knows only their ids"
BARE = "one element may be posted without its wrapper, as xero-python's create_payment does"

_NET_DATE = re.compile(r"/Date\(-?\d+(\+0000)?\)/")
_ANY_DATE = re.compile(
    r"/Date\(-?\d+([+-]\d{4})?\)/|\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?)?"
)
_TYPES: dict[str, Any] = {
    "string": str,
    "number": int | float,
    "integer": int,
    "boolean": bool,
    "array": list,
    "object": dict,
}


@dataclass(frozen=True)
class _Operation:
    """One path and method."""

    pattern: re.Pattern[str]
    facts: dict[str, Any]


class Specification:
    """The specification, read once."""

    def __init__(self, text: str) -> None:
        # Both loaders are safe ones; the one in C reads a megabyte in a second.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self._whole = yaml.load(text, Loader=loader)  # noqa: S506
        self.schemas: dict[str, Any] = self._whole["components"]["schemas"]
        self._operations: dict[str, list[_Operation]] = {}
        # A path without a variable goes before one with, as "/Invoices" before "/Invoices/{InvoiceID}".
        for path, methods in sorted(self._whole["paths"].items(), key=lambda pair: pair[0].count("{")):
            pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + "$", re.IGNORECASE)
            for method, facts in methods.items():
                if method in ("get", "put", "post", "delete"):
                    self._operations.setdefault(method.upper(), []).append(_Operation(pattern, facts))

    def problems_of(self, exchanges: list[dict[str, Any]], refused_too: bool = False) -> list[str]:
        """Everything said that the specification does not have; in requests that were refused only if asked."""
        problems: list[str] = []
        for exchange in exchanges:
            if exchange["path"].startswith(_API) and exchange["status"] in (200, 400):
                found = [*self._of_answer(exchange)]
                if exchange["request"] and (refused_too or _was_taken(exchange)):
                    found += self._of_request(exchange)
                where = f"{exchange['method']} {exchange['path']} {exchange['status']}"
                problems += [f"{where}: {problem}" for problem in found]
        return problems

    def _operation(self, exchange: dict[str, Any]) -> dict[str, Any] | None:
        path = exchange["path"].removeprefix(_API)
        operations = self._operations.get(exchange["method"], [])
        return next((found.facts for found in operations if found.pattern.match(path)), None)

    def _of_answer(self, exchange: dict[str, Any]) -> Iterator[str]:
        operation = self._operation(exchange)
        if operation is None:
            yield "the specification has no such operation"
            return
        if exchange["answer"].lstrip().startswith("<"):
            return  # an ordered fault: not JSON on purpose
        answer = json.loads(exchange["answer"])
        if exchange["status"] == 400:
            yield from self._of_refusal(operation, answer)
            return
        content = self._resolve(operation["responses"]["200"])["content"]["application/json"]
        name = content["schema"]["$ref"].rsplit("/", 1)[-1]
        yield from self._check(
            {k: v for k, v in answer.items() if k not in ENVELOPE}, content["schema"], name, True
        )

    def _of_refusal(self, operation: dict[str, Any], answer: dict[str, Any]) -> Iterator[str]:
        elements = answer.pop("Elements", [])
        yield from self._check(answer, self.schemas["Error"], "Error", True)
        element = self._element_of(self._wrapper_of(operation["responses"]["200"]))
        for index, entry in enumerate(elements):
            yield from self._check(entry, element, f"Elements[{index}]", True)

    def _of_request(self, exchange: dict[str, Any]) -> Iterator[str]:
        operation = self._operation(exchange)
        if operation is None or "requestBody" not in operation:
            yield "the specification has no such request"
            return
        schema = self._wrapper_of(operation["requestBody"])
        posted = json.loads(exchange["request"])
        name = self._name_of_list(schema)
        if name is None or (isinstance(posted, dict) and name in posted):
            yield from self._check(posted, schema, "body", False)
            return
        for entry in posted if isinstance(posted, list) else [posted]:
            yield from self._check(entry, self._element_of(schema), "body", False)

    def _wrapper_of(self, node: dict[str, Any]) -> dict[str, Any]:
        return dict(self._resolve(node)["content"]["application/json"]["schema"])

    def _name_of_list(self, schema: dict[str, Any]) -> str | None:
        """The property of a wrapper that holds its elements."""
        properties = self._resolve(schema).get("properties", {})
        lists = [
            name for name, inner in properties.items() if inner.get("type") == "array" and name != "Warnings"
        ]
        return lists[0] if len(properties.keys() - {"pagination", "Warnings"}) == 1 and lists else None

    def _element_of(self, schema: dict[str, Any]) -> dict[str, Any]:
        name = self._name_of_list(schema)
        return dict(self._resolve(schema)["properties"][name]["items"]) if name else schema

    def _resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            found: Any = self._whole
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = found
        return node

    def _check(self, value: Any, schema: dict[str, Any], where: str, is_answer: bool) -> Iterator[str]:
        name = schema["$ref"].rsplit("/", 1)[-1] if "$ref" in schema else ""
        schema = self._resolve(schema)
        kind = schema.get("type", "object")
        if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
            yield f"{where} is {value!r}, not of type {kind}"
        elif kind == "array":
            for index, entry in enumerate(value):
                yield from self._check(entry, schema["items"], f"{where}[{index}]", is_answer)
        elif kind == "object":
            for key, entry in value.items():
                if key in schema.get("properties", {}):
                    yield from self._check(entry, schema["properties"][key], f"{where}.{key}", is_answer)
                elif not _departs(name, key, is_answer):
                    yield f"{where}.{key} is not in {name or 'the schema'}"
        elif kind == "string":
            yield from _check_text(value, schema, where, is_answer)


def _was_taken(exchange: dict[str, Any]) -> bool:
    """Whether the sandbox refused nothing of the request."""
    return exchange["status"] == 200 and '"StatusAttributeString":"ERROR"' not in exchange["answer"]


def _departs(schema: str, name: str, is_answer: bool) -> bool:
    """Whether a name that the schema lacks is a known departure. xero-python echoes validation errors in requests."""
    if not is_answer:
        return name == "ValidationErrors"
    return ("*", name) in DEPARTURES or (schema, name) in DEPARTURES


def _check_text(value: str, schema: dict[str, Any], where: str, is_answer: bool) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where} is {value!r}, not one of its enum"
    if not is_answer and len(value) > schema.get("maxLength", len(value)):
        yield f"{where} is longer than {schema['maxLength']}"
    if schema.get("format") == "uuid" and not _is_uuid(value):
        yield f"{where} is {value!r}, not a UUID"
    if schema.get("x-is-msdate") or schema.get("x-is-msdate-time"):
        wanted = _NET_DATE if is_answer else _ANY_DATE
        if not wanted.fullmatch(value):
            yield f"{where} is {value!r}, not a date"


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True
