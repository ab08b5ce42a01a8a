"""Posted elements: their names held strictly to Xero's specification, their values read by type.

A name that the specification does not have refuses the whole request with ErrorNumber 14, as echoing read-only twins
such as `DateString` does at Xero (FACTS 4.5). JSON null counts as "not sent".
"""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from app.sandbox.xero.forms.dates import parse_date
from app.sandbox.xero.forms.refusals import PostDataInvalid
from app.sandbox.xero.forms.shapes import SHAPES

_WRAPPER_EXTRAS = {"pagination", "Warnings"}


class Element:
    """One posted object. Readers raise PostDataInvalid when a value is not of the kind asked for."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def has(self, name: str) -> bool:
        """Whether the element was sent with a value other than null."""
        return self.values.get(name) is not None

    def text(self, name: str) -> str | None:
        """A string with its surrounding blanks cut off; None when not sent."""
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool | dict | list):
            raise PostDataInvalid(f"The value of {name} is not a valid String value.")
        return str(value).strip()

    def number(self, name: str) -> Decimal | None:
        """A decimal number; None when not sent or empty."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        try:
            if isinstance(value, bool | dict | list):
                raise InvalidOperation
            found = Decimal(str(value))
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite():
            raise PostDataInvalid(f"The string '{value}' is not a valid Decimal value for {name}.")
        return found

    def day(self, name: str) -> date | None:
        """A date; None when not sent or empty."""
        text = self.text(name)
        if not text:
            return None
        try:
            return parse_date(text)
        except (ValueError, OverflowError, OSError):
            raise PostDataInvalid(f"The string '{text}' is not a valid Date value for {name}.") from None

    def flag(self, name: str) -> bool | None:
        """A boolean, also from its string forms; None when not sent."""
        value = self.values.get(name)
        if value is None or isinstance(value, bool):
            return value
        if str(value).lower() in ("true", "false"):
            return str(value).lower() == "true"
        raise PostDataInvalid(f"The string '{value}' is not a valid Boolean value for {name}.")

    def one(self, name: str) -> "Element | None":
        """A nested object; None when not sent."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, dict):
            raise PostDataInvalid(f"The element {name} must be an object.")
        return None if value is None else Element(value)

    def many(self, name: str) -> "list[Element] | None":
        """Nested objects; None when not sent."""
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise PostDataInvalid(f"The element {name} must be a list of objects.")
        return [Element(entry) for entry in value]


def check_names(values: dict[str, Any], shape_name: str) -> None:
    """Raise PostDataInvalid at the first name that the specification does not have, however deep."""
    shape = SHAPES[shape_name]
    for name, value in values.items():
        if name not in shape:
            raise PostDataInvalid(f"The element '{name}' was not recognised in {shape_name}.")
        nested = shape[name]
        if nested:
            for child in _objects(value):
                check_names(child, nested)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    entries = value if isinstance(value, list) else [value]
    return (entry for entry in entries if isinstance(entry, dict))


def read_elements(body: bytes, plural: str, shape_name: str) -> list[Element]:
    """The posted elements, wrapped in their plural or a single one bare. Raises PostDataInvalid."""
    try:
        posted = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise PostDataInvalid(
            "JSON for post data was invalid, please check the format of the request."
        ) from None
    rows = _unwrap(posted, plural)
    for row in rows:
        if not isinstance(row, dict):
            raise PostDataInvalid(f"Every {shape_name} must be an object.")
        check_names(row, shape_name)
    return [Element(row) for row in rows]


def _unwrap(posted: Any, plural: str) -> list[Any]:
    if isinstance(posted, list):
        return posted
    if not isinstance(posted, dict):
        raise PostDataInvalid("JSON for post data was invalid, please check the format of the request.")
    if plural not in posted:
        return [posted]
    for name in posted.keys() - {plural} - _WRAPPER_EXTRAS:
        raise PostDataInvalid(f"The element '{name}' was not recognised beside {plural}.")
    rows = posted[plural]
    return rows if isinstance(rows, list) else [rows]
