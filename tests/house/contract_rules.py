"""What a good contract keeps to beyond being valid, as rules over OpenAPI: each answers what breaks it, in words."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

Json = dict[str, Any]

JSON_TYPES = ("application/json", "application/problem+json")


class Operation(NamedTuple):
    """One operation of the contract, by the name that its generated client will have."""

    name: str
    path: str
    method: str
    said: Json


def list_operations(contract: Json) -> list[Operation]:
    """Every operation, those of our own webhooks left out: they are served by others."""
    return [
        Operation(said.get("operationId", f"{method} {path}"), path, method, said)
        for path, item in contract["paths"].items()
        for method, said in item.items()
    ]


def find_unnamed(contract: Json) -> Iterator[str]:
    """An operation has a name of its own, a tag, a summary of one line and a description of whole sentences."""
    seen: set[str] = set()
    for name, _, _, said in list_operations(contract):
        if not re.fullmatch(r"[a-z][a-z_]+", said.get("operationId", "")) or name in seen:
            yield f"{name}: its operationId is missing, no plain word, or used twice"
        seen.add(name)
        if len(said.get("tags", [])) != 1:
            yield f"{name}: has no tag, or several"
        summary = said.get("summary", "")
        if not summary or summary.endswith(".") or len(summary) > 90:
            yield f"{name}: its summary is missing, ends like a sentence, or is too long"
        if not said.get("description", "").rstrip().endswith((".", "`", ":")):
            yield f"{name}: has no description in whole sentences"


def find_undescribed_parameters(contract: Json) -> Iterator[str]:
    """Whoever fills in a parameter is told what it is."""
    for name, path, _, said in list_operations(contract):
        for parameter in said.get("parameters", []):
            if not parameter.get("description"):
                yield f"{name}: the parameter {parameter['name']} has no description"
        named = {p["name"] for p in said.get("parameters", []) if p["in"] == "path"}
        if named != set(re.findall(r"{(\w+)}", path)):
            yield f"{name}: path and parameters name different things"


def find_null_parameters(contract: Json) -> Iterator[str]:
    """No address and no header can say null: what may be left out is not required, and has one kind when it comes."""
    for name, _, _, said in list_operations(contract):
        for parameter in said.get("parameters", []):
            if {"type": "null"} in parameter.get("schema", {}).get("anyOf", []):
                yield f"{name}: the parameter {parameter['name']} may be null"


def find_without_example(contract: Json) -> Iterator[str]:
    """Every JSON that goes in or out is shown once: success, and each failure."""
    for name, _, _, said in list_operations(contract):
        bodies = {"request": said.get("requestBody", {})} | said.get("responses", {})
        for where, body in bodies.items():
            for kind, media in body.get("content", {}).items():
                if kind in JSON_TYPES and not _has_example(contract, media):
                    yield f"{name}: {where} shows no example"


def _has_example(contract: Json, media: Json) -> bool:
    return bool({"example", "examples"} & media.keys()) or _is_shown(contract, media.get("schema", {}))


def _is_shown(contract: Json, schema: Json, depth: int = 0) -> bool:
    """An object that carries an example, or is put together of nothing but such objects and plain values."""
    if depth > 6:
        return False
    if {"example", "examples"} & schema.keys():
        return True
    if "$ref" in schema:
        return _is_shown(contract, _resolve(contract, schema["$ref"]), depth + 1)
    if "anyOf" in schema:
        return all(_is_shown(contract, each, depth + 1) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return _is_shown(contract, schema.get("items", {}), depth + 1)
    if schema.get("type") == "object" and "properties" in schema:
        return all(_is_shown(contract, each, depth + 1) for each in schema["properties"].values())
    return schema.get("type") in ("string", "integer", "boolean", "null", "number")


def _resolve(contract: Json, reference: str) -> Json:
    found: Json = contract["components"]["schemas"][reference.rpartition("/")[2]]
    return found


def find_open_bodies(contract: Json) -> Iterator[str]:
    """A request's object takes no field that it does not know, lest a misspelt one be lost in silence."""
    for name, _, _, said in list_operations(contract):
        if said["tags"] == ["webhooks"]:
            continue
        schema = said.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        for each in schema.get("anyOf", [schema]):
            found = _resolve(contract, each["$ref"]) if "$ref" in each else each
            if found.get("type") == "object" and found.get("additionalProperties", True) is True:
                yield f"{name}: its body takes unknown fields"


def find_undescribed_schemas(contract: Json) -> Iterator[str]:
    """Each schema of an object says what it is."""
    for name, schema in contract["components"]["schemas"].items():
        if schema.get("type") == "object" and not schema.get("description"):
            yield f"{name}: has no description"


def find_missing_failures(contract: Json) -> Iterator[str]:
    """What takes a key tells of 401 and 403, what takes a body of 400 or 422; every failure is a problem document."""
    for name, _, _, said in list_operations(contract):
        statuses = set(said["responses"])
        if said.get("security") and not {"401", "403"} <= statuses:
            yield f"{name}: takes a key, but tells nothing of 401 and 403"
        # Xero's own webhook is answered 200 whatever a signed body holds.
        if "requestBody" in said and not {"400", "422", "413"} & statuses:
            yield f"{name}: takes a body, but tells nothing of one that is wrong"
        if said["tags"] in (["webhooks"], ["consent"], ["health"]):
            continue
        for status, answer in said["responses"].items():
            if "400" <= status < "default" and "application/problem+json" not in answer.get("content", {}):
                yield f"{name}: {status} is no problem document"


_WHOLE = {
    "list_providers": "there is one",
    "list_accounts": "an organisation's facts, which its settings are chosen from, are one read of Xero's",
    "list_tax_rates": "as its accounts",
    "list_tracking_categories": "as its accounts",
    "list_branding_themes": "as its accounts",
    "get_connection_usage": "days that are named, of which there are 366 at most",
    "get_invoice_usage": "the same",
    "why_number": "the invoices of one number",
}
"""What answers all it has at once, and why that stays small."""


def find_unpaged(contract: Json) -> Iterator[str]:
    """Every list is a page: it takes `limit` and `cursor`, and answers `data` and `next`; few are named as whole."""
    for name, _, method, said in list_operations(contract):
        asked = {each["name"] for each in said.get("parameters", []) if each["in"] == "query"}
        answered = _name_answered(contract, said) if method == "get" else set()
        paging = {"limit", "cursor"} & asked | {"next"} & answered
        is_list = "data" in answered and name not in _WHOLE
        if (paging or is_list) and paging != {"limit", "cursor", "next"}:
            yield f"{name}: of limit, cursor and next it has only {sorted(paging)}"


def _name_answered(contract: Json, said: Json) -> set[str]:
    schema = said["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
    whole = _resolve(contract, schema["$ref"]) if "$ref" in schema else schema
    return set(whole.get("properties", {}))


_FREE = {
    "search",
    "number",
    "name",
    "business_id",
    "item_code",
    "category",
    "cursor",
    "state",
    "code",
    "error",
}
"""Parameters of a query that take any text."""

_OF_CONSENT = {"state", "code", "error"}
"""What Xero's consent comes back with, and nothing else may take so."""


def find_unlisted_words(contract: Json) -> Iterator[str]:
    """A parameter of a query that takes a text says by which words or what form, or is one of those that take any."""
    for name, path, _, said in list_operations(contract):
        for parameter in said.get("parameters", []):
            kinds = parameter.get("schema", {})
            is_open = any(
                each.get("type") == "string" and not each.keys() & {"enum", "pattern", "format", "const"}
                for each in kinds.get("anyOf", [kinds])
            )
            is_free = parameter["name"] in _FREE - (_OF_CONSENT if path.startswith("/v1/") else set())
            if parameter["in"] == "query" and is_open and not is_free:
                yield f"{name}: takes any text as {parameter['name']}"


_ASKED_BY = {"304": "if-none-match", "412": "if-match"}


def find_half_conditions(contract: Json) -> Iterator[str]:
    """What answers 304 or 412 takes the header that asks for it, and the other way round; a 304 comes with ETags."""
    for name, _, _, said in list_operations(contract):
        headers = {each["name"].lower() for each in said.get("parameters", []) if each["in"] == "header"}
        for status, header in _ASKED_BY.items():
            is_write_once = header == "if-none-match" and "412" in said["responses"]
            if not is_write_once and (status in said["responses"]) != (header in headers):
                yield f"{name}: answers {status} without {header}, or takes it and never does"
        if "304" in said["responses"] and "ETag" not in said["responses"]["200"].get("headers", {}):
            yield f"{name}: answers 304, but tells no ETag"


RULES = (
    find_unnamed,
    find_undescribed_parameters,
    find_null_parameters,
    find_without_example,
    find_open_bodies,
    find_undescribed_schemas,
    find_missing_failures,
    find_unpaged,
    find_unlisted_words,
    find_half_conditions,
)
