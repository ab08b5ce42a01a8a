"""Every operation of the contract as a call: address, parameters and body made of what OpenAPI says of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

Json = dict[str, Any]

NOWHERE = str(UUID(int=0))
"""An id of nothing."""

READS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Operation:
    """One operation; `path` has the names of its parameters in braces."""

    contract: Json
    method: str
    path: str
    told: Json

    @property
    def name(self) -> str:
        """Its id."""
        return str(self.told["operationId"])

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing by its method."""
        return self.method in READS

    async def call(self, http: httpx.AsyncClient, ids: Mapping[str, str]) -> httpx.Response:
        """Call it; what `ids` does not name is made up from the contract."""
        body = self._build_body()
        # A document says its own id, as the end of its address does, and that of what it is a part of.
        said = body if isinstance(body, dict) else {}
        own = str(said["id"]) if "id" in said else None
        given: dict[str, Json] = {"path": {}, "query": {}, "header": {}}
        for parameter in self.told.get("parameters", []):
            name, where = parameter["name"], parameter["in"]
            if parameter.get("required"):
                given[where][name] = ids.get(name) or said.get(name) or own or self._example(parameter)
        return await http.request(
            self.method,
            self.path.format(**given["path"]),
            params=given["query"],
            headers=given["header"],
            json=self._say_own_ids(body, given["path"]),
        )

    def _say_own_ids(self, body: Any, given: Json) -> Any:
        """The body with the ids of its address, where it says them too."""
        if not isinstance(body, dict):
            return body
        said = {name: value for name, value in given.items() if name in body}
        # A document's own id is the last of its address.
        ids = [value for name, value in given.items() if self.path.endswith(f"{{{name}}}")]
        return body | said | ({"id": ids[0]} if "id" in body and ids else {})

    def _build_body(self) -> Any:
        content = self.told.get("requestBody", {}).get("content", {}).get("application/json")
        return self._example(content) if content else None

    def _example(self, told: Json) -> Any:
        if "example" in told:
            return told["example"]
        examples = told.get("examples")
        if isinstance(examples, dict):
            return next(iter(examples.values()))["value"]
        return examples[0] if examples else self._build(told["schema"])

    def _build(self, schema: Json) -> Any:
        """The least that fits a schema."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return self._build(self.contract["components"]["schemas"][name])
        for known in ("examples", "enum"):
            if schema.get(known):
                return schema[known][0]
        for known in ("const", "default"):
            if known in schema:
                return schema[known]
        if "anyOf" in schema:
            return self._build(next(each for each in schema["anyOf"] if each.get("type") != "null"))
        return self._build_typed(schema)

    def _build_typed(self, schema: Json) -> Any:
        match schema.get("type"):
            case "object":
                needed = schema.get("required", [])
                return {name: self._build(schema["properties"][name]) for name in needed}
            case "array":
                return [self._build(schema["items"])] * schema.get("minItems", 0)
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return True
        formats = {"uuid": NOWHERE, "date": "2026-11-20", "date-time": "2026-11-20T03:15:00Z"}
        return formats.get(schema.get("format", ""), "x" * max(3, schema.get("minLength", 0)))


def list_operations(contract: Json) -> Iterator[Operation]:
    """Every operation under /v1."""
    for path, operations in contract["paths"].items():
        if path.startswith("/v1/"):
            for method, told in operations.items():
                yield Operation(contract, method.upper(), path, told)
