"""Finding Xero's words for what it refused."""

from typing import Any

import pytest

from app.domain.xero.xero_invoice import Refused
from app.xero.refusals import UNSAID, find_refusal, list_reasons


@pytest.mark.parametrize(
    ("element", "messages"),
    [
        ({"ValidationErrors": [{"Message": "Invoice # must be unique."}]}, ("Invoice # must be unique.",)),
        ({"ValidationErrors": [{"Description": "Too long"}]}, ("Too long",)),
        (
            {
                "LineItems": [
                    {"ValidationErrors": []},
                    {"ValidationErrors": [{"Message": "Account code '9'"}]},
                ]
            },
            ("Account code '9'",),
        ),
        ({"Contact": {"ValidationErrors": [{"Message": "archived"}]}}, ("archived",)),
        ({"ValidationErrors": [{"Message": "a"}, {"Message": "b"}, {"Message": "a"}]}, ("a", "b")),
        ({"StatusAttributeString": "ERROR"}, (UNSAID,)),
        ({"HasErrors": True}, (UNSAID,)),
        ({"HasValidationErrors": True, "ValidationErrors": None}, (UNSAID,)),
    ],
)
def test_a_refused_element_tells_its_messages_wherever_they_are(
    element: dict[str, Any], messages: tuple[str, ...]
) -> None:
    """Messages stand on the element, in its lines or its contact, and some have another name (FACTS 4.8)."""
    assert find_refusal(element) == Refused(messages)


@pytest.mark.parametrize(
    "element",
    [
        {"StatusAttributeString": "OK", "HasErrors": False, "ValidationErrors": []},
        {"StatusAttributeString": "WARNING", "Warnings": [{"Message": "Only AUTHORISED invoices may ..."}]},
        {},
    ],
)
def test_an_accepted_element_is_not_refused(element: dict[str, Any]) -> None:
    """A warning is no refusal: the element was written."""
    assert find_refusal(element) is None


@pytest.mark.parametrize(
    ("body", "reasons"),
    [
        (
            {
                "Message": "A validation exception occurred",
                "Elements": [{"ValidationErrors": [{"Message": "x"}]}],
            },
            ["x"],
        ),
        (
            {"ErrorNumber": 14, "Message": "The string '' is not a valid Decimal"},
            ["The string '' is not a valid Decimal"],
        ),
        ({"Title": "Forbidden", "Detail": "AuthenticationUnsuccessful"}, ["AuthenticationUnsuccessful"]),
        ({}, [UNSAID]),
        ([], [UNSAID]),
    ],
)
def test_a_refused_request_tells_why(body: Any, reasons: list[str]) -> None:
    """The elements' own messages say more than the envelope's."""
    assert list_reasons(body) == reasons
