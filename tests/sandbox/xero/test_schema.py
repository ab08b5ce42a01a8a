"""Every answer uses only property names and enum values of Xero's own specification.

The specification is kept beside the repository, not in it; where it is missing these tests are skipped.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from app.sandbox.xero.elements import SHAPES
from tests.sandbox.xero.driver import XeroApp, build_invoice, build_line

SPECIFICATION = Path(__file__).resolve().parents[4] / "shared" / "xero" / "xero_accounting.yaml"
# Seen in live answers and in the specification's own examples, though its schemas leave them out.
UNLISTED = {"Invoice": {"DateString", "DueDateString"}, "LineItem": {"ValidationErrors"}}
ENVELOPE = {"Id", "Status", "ProviderName", "DateTimeUTC"}

pytestmark = pytest.mark.skipif(
    not SPECIFICATION.exists(), reason="Xero's specification is not beside the repository"
)


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    """The specification's schemas by name."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    # Both loaders are safe ones; the one in C reads a megabyte in a second.
    return yaml.load(SPECIFICATION.read_text(), Loader=loader)["components"]["schemas"]  # noqa: S506


def check(value: Any, schema: dict[str, Any], schemas: dict[str, Any], path: str, name: str = "") -> None:
    """Fail at the first name or enum value that the schema does not have."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        check(value, schemas[name], schemas, path, name)
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            check(entry, schema["items"], schemas, f"{path}[{index}]")
    elif isinstance(value, dict):
        properties = schema.get("properties", {})
        for key, entry in value.items():
            if key in UNLISTED.get(name, ()):
                continue
            assert key in properties, f"{path}.{key} is not in {name}"
            check(entry, properties[key], schemas, f"{path}.{key}")
    elif "enum" in schema:
        assert value in schema["enum"], f"{path} is {value}"


def check_answer(answer: dict[str, Any], wrapper: str, schemas: dict[str, Any]) -> None:
    """Hold a whole answer to the schema of its wrapper."""
    elements = {name: value for name, value in answer.items() if name not in ENVELOPE}
    check(elements, {"$ref": f"#/components/schemas/{wrapper}"}, schemas, wrapper)


def test_answers_fit_the_specification(app: XeroApp, schemas: dict[str, Any]) -> None:
    """Everything that the sandbox can answer with 200."""
    lines = [build_line(DiscountRate=10), {"Description": "words"}]
    made = app.put_invoice(LineItems=lines, Url="https://app.example/1", Reference="x", SentToContact=True)
    app.pay(made, 10, Reference="card")
    app.put_invoice(Type="ACCPAY", LineItems=[build_line(AccountCode="429")])
    app.call("POST", "/Contacts", {"Name": "Kim Tran", "EmailAddress": "k@example.com", "ContactNumber": "1"})
    refused = {"Invoices": [build_invoice(Status="DRAFT", SentToContact=True), build_invoice(Type="X")]}
    batch = app.call("PUT", "/Invoices", refused, summarizeErrors="false").json()
    check_answer(batch, "Invoices", schemas)
    for path, wrapper in (
        ("/Invoices", "Invoices"), ("/Invoices?page=1", "Invoices"), ("/Invoices?summaryOnly=true", "Invoices"),
        (f"/Invoices/{made['InvoiceID']}", "Invoices"), ("/Payments", "Payments"), ("/Payments?page=1", "Payments"),
        ("/Contacts", "Contacts"), ("/Contacts?page=1", "Contacts"), ("/Accounts", "Accounts"),
        ("/TaxRates", "TaxRates"), ("/Organisation", "Organisations"),
    ):  # fmt: skip
        check_answer(app.get(path), wrapper, schemas)
    payment = app.get("/Payments")["Payments"][0]["PaymentID"]
    check_answer(app.get(f"/Payments/{payment}"), "Payments", schemas)


def test_every_country_fits_the_specification(app: XeroApp, schemas: dict[str, Any]) -> None:
    """Charts of accounts, tax rates and facts of New Zealand and the United Kingdom."""
    for country in ("NZ", "GB"):
        app.tenant_id = app.control("POST", "/organisations", name=country, country=country)["tenant_id"]
        app.connect()
        for path, wrapper in (
            ("/Accounts", "Accounts"),
            ("/TaxRates", "TaxRates"),
            ("/Organisation", "Organisations"),
        ):
            check_answer(app.get(path), wrapper, schemas)


def test_the_names_that_are_taken_are_those_of_the_specification(schemas: dict[str, Any]) -> None:
    """The strict reader knows exactly the specification's properties, and the ValidationErrors that SDKs echo."""
    for name, shape in SHAPES.items():
        expected = set(schemas[name]["properties"]) | ({"ValidationErrors"} & shape.keys())
        assert set(shape) == expected, name
