"""Xero's words for what it refused, found wherever Xero put them (FACTS 4.8).

An element of a batch may carry `ValidationErrors`, nest them in its lines or its contact, call the text `Description`
instead of `Message`, or only say `HasErrors`. Judging what the words mean is left to the domain.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.xero.xero_invoice import Refused

UNSAID = "Xero refused this without saying why"


def find_refusal(element: Mapping[str, Any]) -> Refused | None:
    """The refusal that an element of a write's answer carries, or None where it was accepted."""
    messages = list_messages(element)
    is_marked = (
        element.get("StatusAttributeString") == "ERROR"
        or element.get("HasErrors") is True
        or element.get("HasValidationErrors") is True
    )
    if messages or is_marked:
        return Refused(tuple(messages) or (UNSAID,))
    return None


def list_messages(body: Any) -> list[str]:
    """Every validation message in an element or in a whole refusal, in order, each once."""
    return list(dict.fromkeys(_validation_messages(body)))


def list_reasons(body: Any) -> list[str]:
    """Why a whole request was refused: its validation messages, else the text of the refusal itself."""
    if messages := list_messages(body):
        return messages
    if not isinstance(body, Mapping):
        return [UNSAID]
    texts = (body.get(name) for name in ("Detail", "Message", "Title", "error_description", "error"))
    return [next((text for text in texts if isinstance(text, str) and text), UNSAID)]


def _validation_messages(body: Any) -> Iterator[str]:
    # Asked of every element that Xero answers with, and most of its values are no place for messages.
    if isinstance(body, dict):
        for name, value in body.items():
            if name == "ValidationErrors":
                yield from _texts(value)
            elif isinstance(value, dict | list):
                yield from _validation_messages(value)
    elif isinstance(body, list):
        for part in body:
            yield from _validation_messages(part)


def _texts(errors: Any) -> Iterator[str]:
    for error in errors if isinstance(errors, list) else []:
        text = (error.get("Message") or error.get("Description")) if isinstance(error, Mapping) else error
        if text:
            yield str(text)
