"""How something that came in is refused: a code, a sentence, and the fields that are wrong.

A refusal is raised wherever it is found and becomes a problem document at the edge (`api.problems`), so the REST API
and the partner's webhook say the same thing in the same words. Nothing is stored when one is raised inside a
transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from app.errors import PlumblineError
from app.intake.known_fields import tell_known

NO_INVOICE = (
    "This connection has no invoice with that id, the app's own. `GET .../why?number=` asks by the number."
)
"""For an id that is none; whoever calls may have the number alone, as it is printed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One field that is wrong: its path in what was sent (`lines.0.unit_price`), and what is wrong with it."""

    field: str
    message: str


class InputRefused(PlumblineError):
    """What a caller sent cannot be taken. `code` is stable; `more` are further members for machines."""

    def __init__(
        self, code: str, detail: str, faults: Sequence[Fault] = (), more: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.faults = tuple(faults)
        self.more = dict(more or {})

    def under(self, prefix: str) -> "InputRefused":
        """The same, with the fields named from further up: `prefix` stands before each."""
        if not prefix:
            return self
        faults = [Fault(f"{prefix}.{fault.field}", fault.message) for fault in self.faults]
        return InputRefused(self.code, self.detail, faults, self.more)


_WORDS = {
    "missing": "is required",
    "extra_forbidden": "is not a known field",
    "string_type": "must be a string",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must have at least {min_length} characters",
    "string_unicode": "must be valid Unicode text",
    "too_long": "must have at most {max_length} entries",
    "too_short": "must not be empty",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be one of {expected}",
    "enum": "must be one of {expected}",
    "uuid_parsing": "must be a UUID",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "json_invalid": "must be valid JSON",
}
"""Pydantic's kinds of error in our words; a kind that is not here keeps Pydantic's own."""


MOST_TOLD = 10
"""Faults of one body that look for what was meant: whoever sends a hundred thousand unknown members keeps the process
no longer than that takes.
"""


def list_faults(
    errors: Sequence[Mapping[str, Any]], form: Any = None, *, skip: int = 0, prefix: str = ""
) -> list[Fault]:
    """Pydantic's errors as faults. `form` is the type that was to be read, so that a fault can name the fields that
    there are, in the first few; `skip` drops leading parts of each path, `prefix` stands before what remains.
    """
    forms = chain(repeat(form, MOST_TOLD), repeat(None))
    return [_fault(error, known, skip, prefix) for error, known in zip(errors, forms, strict=False)]


def _fault(error: Mapping[str, Any], form: Any, skip: int, prefix: str) -> Fault:
    where = () if error["type"] == "json_invalid" else error["loc"][skip:]
    path = ".".join([*([prefix] if prefix else []), *(str(part) for part in where)])
    context = error.get("ctx", {})
    # Of a secret Pydantic says so, and counts characters.
    kind = f"string_{error['type']}" if context.get("field_type") == "Value" else error["type"]
    words = _WORDS.get("too_short" if context.get("min_length") == 1 else kind)
    message = words.format(**context) if words else error["msg"]
    if kind == "extra_forbidden" and (known := tell_known(form, where)):
        message = f"{message}; {known}"
    return Fault(path or "body", message)
