"""One authenticated request to the accounting API, and how a request with many elements is carried out.

Elements are handled one by one: a refused one leaves nothing behind, the others stay, even when the answer as a whole
is HTTP 400 and shows only the refused ones. Developers report just that of Xero without `summarizeErrors=false`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.forms.answers import answer_elements, answer_invalid
from app.sandbox.xero.forms.elements import Element, read_elements
from app.sandbox.xero.forms.listing import Question
from app.sandbox.xero.forms.refusals import Refused

Write = Callable[[Element], dict[str, Any]]
Echo = Callable[[Element], dict[str, Any]]


@dataclass
class Ask:
    """A request as the endpoints see it."""

    organisation: Organisation
    app_name: str
    question: Question
    body: bytes
    key: str = ""
    """The id or number in the path, if any."""
    part: str = ""
    """The second id in the path, if any."""
    element_count: int = 0
    """How many elements were posted, for the call log."""

    def read(self, plural: str, shape_name: str) -> list[Element]:
        """The posted elements. Raises PostDataInvalid."""
        elements = read_elements(self.body, plural, shape_name)
        self.element_count = len(elements)
        return elements

    def answer(self, plural: str, elements: list[dict[str, Any]]) -> Response:
        """The envelope around these elements."""
        return answer_elements(self.organisation.clock, self.app_name, plural, elements)


def write_elements(
    ask: Ask, plural: str, elements: list[Element], write: Write, echo: Echo, error_flag: str | None
) -> Response:
    """Carry out every element and answer in the style that `summarizeErrors` asks for.

    `error_flag` is the property by which this kind of element says that it was refused, if it has one.
    """
    shown, refused = [], []
    for element in elements:
        mark = ask.organisation.journal.mark()
        try:
            shown.append(write(element))
        except Refused as refusal:
            ask.organisation.journal.rewind(mark)
            failure = {**echo(element), **({error_flag: True} if error_flag else {})}
            failure["ValidationErrors"] = [{"Message": message} for message in refusal.messages]
            refused.append(failure)
            shown.append({**failure, "StatusAttributeString": "ERROR"})
    if ask.question.text("summarizeErrors").lower() == "false":
        return ask.answer(plural, [{"StatusAttributeString": "OK", **entry} for entry in shown])
    return answer_invalid(refused) if refused else ask.answer(plural, shown)


def with_warnings(entry: dict[str, Any], warnings: tuple[str, ...]) -> dict[str, Any]:
    """The element with its warnings, if it has any."""
    if not warnings:
        return entry
    return {
        **entry,
        "StatusAttributeString": "WARNING",
        "Warnings": [{"Message": message} for message in warnings],
    }
