"""The guides to ways of working show calls that can be made: each is an operation, and its body is of its schema.

That they are answered as shown is told by `tests.scenarios.test_guides`, which makes them.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from jsonschema import Draft202012Validator

from tests.house import house
from tests.house.guide import Call as GuideCall
from tests.house.guide import read_guide
from tests.served import build_contract

ROWS = {
    "job-management": [f"T{number}" for number in range(1, 26) if number != 15],
    "web-shop": [f"I{number}" for number in (1, 2, *range(7, 16))],
    "store-channels": [f"C{number}" for number in range(1, 11)],
    "sales-pipeline": [f"O{number}" for number in (1, 2, 3, *range(6, 11))],
    "many-shops": [f"E{number}" for number in (1, *range(4, 15))],
}
"""Each guide, and the rows that it answers."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """A call as a guide shows it."""

    method: str
    address: str
    body: Any

    @property
    def path(self) -> str:
        return urlsplit(self.address).path


@pytest.fixture(scope="module")
def contract() -> Json:
    """The contract as it is served."""
    return build_contract()


def read_calls(name: str) -> list[Call]:
    """Every call of a guide, in order."""
    text = (house.ROOT / "docs" / "ways-of-working" / f"{name}.md").read_text()
    return [_read(block) for block in re.findall(r"```http\n(.*?)```", text, re.DOTALL)]


NUMBERS = re.compile(r'"\{cursor\}"')
"""Names in braces that stand for a number in a body."""


def _read(block: str) -> Call:
    line, _, body = NUMBERS.sub("1042", block).partition("\n")
    method, _, address = line.partition(" ")
    return Call(method, address, json.loads(body) if body.strip() else None)


def list_faults(call: Call, contract: Json) -> Iterator[str]:
    """What of a call the contract does not take."""
    said = _find(call, contract["paths"])
    if said is None:
        yield "is no operation"
        return
    known = {each["name"] for each in said.get("parameters", []) if each["in"] == "query"}
    yield from (
        f"?{name} is not known" for name in parse_qs(urlsplit(call.address).query) if name not in known
    )
    asked = said.get("requestBody")
    if call.body is None or asked is None:
        if (call.body is None) == bool(asked and asked.get("required")):
            yield "has a body where none is taken, or none where one is"
        return
    schema = asked["content"]["application/json"]["schema"] | {"components": contract["components"]}
    yield from (
        f"{each.json_path}: {each.message}" for each in Draft202012Validator(schema).iter_errors(call.body)
    )


def _find(call: Call, paths: Json) -> Json | None:
    """The operation at that address: a part in braces stands for anything."""
    parts = call.path.split("/")
    # An address without a parameter goes before one with, as routes do.
    for template in sorted(paths, key=lambda each: each.count("{")):
        wanted = template.split("/")
        if len(wanted) == len(parts) and all(
            want == part or want.startswith("{") for want, part in zip(wanted, parts, strict=True)
        ):
            found: Json | None = paths[template].get(call.method.lower())
            if found is not None:
                return found
    return None


@pytest.mark.parametrize("name", ROWS)
def test_every_call_of_a_guide_can_be_made(contract: Json, name: str) -> None:
    """Its address is served, its query is known, and its body is what the contract takes."""
    calls = read_calls(name)
    assert len(calls) >= 5
    faults = [
        f"{call.method} {call.address}: {fault}" for call in calls for fault in list_faults(call, contract)
    ]
    assert faults == []


@pytest.mark.parametrize("name", ROWS)
def test_every_call_of_a_guide_is_shown_with_its_answer(name: str) -> None:
    """A call without one would not be made by the test that follows the guide."""
    made = [step for step in read_guide(f"ways-of-working/{name}.md") if isinstance(step, GuideCall)]
    assert [each.address for each in made] == [each.address for each in read_calls(name)]


PAGES = ("webhooks", "conflicts", "versioning")


def list_named(page: str) -> list[tuple[str, str]]:
    """The calls that a page names in its sentences: method and address, whose beginning may be left out."""
    text = (house.ROOT / "docs" / f"{page}.md").read_text()
    return re.findall(r"`(GET|POST|PUT|PATCH|DELETE) ((?:/v1|\.\.\.)/[^`\s?]+)[^`]*`", text)


@pytest.mark.parametrize("page", PAGES)
def test_every_call_that_a_page_names_is_an_operation(contract: Json, page: str) -> None:
    """By its method and the end of its address."""
    served = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path))
        for path, operations in contract["paths"].items()
        for method in operations
    }
    unknown = []
    for method, address in list_named(page):
        end = re.sub(r"\{\w+\}", "{}", address.removeprefix("..."))
        whole = address.startswith("/v1")
        if not any(m == method and (p == end if whole else p.endswith(end)) for m, p in served):
            unknown.append(f"{method} {address}")
    assert unknown == []
    assert list_named(page) or page == "versioning"


@pytest.mark.parametrize("name", ROWS)
def test_a_guide_answers_every_row_of_its_kind(name: str) -> None:
    """Rows are named by number, alone or as the first to the last of several."""
    text = (house.ROOT / "docs" / "ways-of-working" / f"{name}.md").read_text()
    # What the first lines promise is not yet an answer.
    text = re.sub(r"Rows [^.]*\.", "", text)
    letter = ROWS[name][0][0]
    told = {f"{letter}{number}" for number in re.findall(rf"\b{letter}(\d+)\b", text)}
    for first, last in re.findall(rf"\b{letter}(\d+) to {letter}(\d+)\b", text):
        told |= {f"{letter}{number}" for number in range(int(first), int(last) + 1)}
    assert [row for row in ROWS[name] if row not in told] == []


def test_a_call_that_cannot_be_made_is_found(contract: Json) -> None:
    """The check can fail: an address, a query and a body that the contract does not know."""
    wrong = (
        Call("GET", "/v1/nothing", None),
        Call("GET", "/v1/connections?colour=red", None),
        Call("POST", "/v1/keys", {"name": "Deals", "role": "owner"}),
        Call("POST", "/v1/keys", None),
    )
    assert all(list(list_faults(call, contract)) for call in wrong)
