"""A value that a person gives in place of both sides' own: checked as its field's kind, in canonical form.

The fields are those of the partner's documents, and said in the same words. What only Xero has words for, an account or
a tax type, is checked against the organisation.
"""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from app.domain.contacts.contact import from_contact_document
from app.domain.contacts.contact_link import ContactLink
from app.domain.invoices.link import InvoiceLink
from app.domain.record.fields import ABSENT, Absent, Value, decimal_text, keys_of, member_of
from app.domain.xero.organisation import Organisation
from app.intake.contact_document import PostalAddress
from app.intake.document import Job
from app.intake.refusals import Fault, InputRefused, list_faults
from app.intake.values import (
    Amount,
    Currency,
    Day,
    Identity,
    Instant,
    Line,
    LongText,
    Name,
    Percentage,
    Quantity,
    Text30,
    Text50,
    UnitPrice,
    WebAddress,
    Word,
)


def _kinds(**kinds: Any) -> dict[str, TypeAdapter[Any]]:
    return {name: TypeAdapter(kind) for name, kind in kinds.items()}


_HEADER = _kinds(
    number=Line | None,
    reference=Line | None,
    status=Literal["sent", "cancelled"],
    sent_at=Instant | None,
    currency=Currency,
    amounts_are=Literal["tax_inclusive", "tax_exclusive", "no_tax"],
    issued_on=Day,
    due_on=Day | None,
    url=WebAddress | None,
    job=Job | None,
    contact=Identity,
)
_LINE = _kinds(
    description=LongText | None,
    quantity=Quantity | None,
    unit_price=UnitPrice | None,
    discount_rate=Percentage | None,
    discount_amount=Amount | None,
    category=Word | None,
    tax=Word | None,
    item_code=Text30 | None,
    account=Word,
    tax_type=Word,
)
_CONTACT = _kinds(
    name=Name,
    first_name=Line | None,
    last_name=Line | None,
    email=Line | None,
    phone=Text50 | None,
    mobile=Text50 | None,
    address=PostalAddress | None,
    account_number=Text50 | None,
    tax_number=Text50 | None,
    groups=Annotated[list[Word], Field(max_length=50)],
)
_DECIMALS = {"quantity", "unit_price", "discount_rate", "discount_amount"}


def read_given(
    values: Mapping[str, Any], link: InvoiceLink | ContactLink, organisation: Organisation | None
) -> dict[str, Value | Absent]:
    """The values by path, in canonical form; raises `invalid_request` naming each path that is wrong."""
    read: dict[str, Value | Absent] = {}
    faults: list[Fault] = []
    for path, value in values.items():
        try:
            read[path] = _read(path, value, link, organisation)
        except ValidationError as invalid:
            faults += list_faults(invalid.errors(), prefix=f"values.{path}")
        except _Wrong as wrong:
            faults.append(Fault(f"values.{path}", str(wrong)))
    if faults:
        raise InputRefused("invalid_request", "A value that you gave cannot be taken.", faults)
    return read


class _Wrong(Exception):
    """What is wrong with a value that has the right kind."""


def _read(
    path: str, value: Any, link: InvoiceLink | ContactLink, organisation: Organisation | None
) -> Value | Absent:
    if isinstance(link, ContactLink):
        if path not in _CONTACT:
            raise _Wrong(f"must be one of {', '.join(_CONTACT)}")
        checked = _dump(_CONTACT[path], value)
        return from_contact_document({path: checked}, {})[path]
    if path.startswith("lines/"):
        return _read_of_line(path, value, link, organisation)
    if path not in _HEADER:
        raise _Wrong("is no field that can be given a value; payments and credits are never edited")
    checked = _dump(_HEADER[path], value)
    return None if checked == "" else checked


def _read_of_line(
    path: str, value: Any, link: InvoiceLink, organisation: Organisation | None
) -> Value | Absent:
    name = member_of(path)
    if path.count("/") != 2 or name not in _LINE:
        raise _Wrong(f"must name a field of a line, as in lines/l1/description: one of {', '.join(_LINE)}")
    if path.split("/")[1] not in keys_of(link.hub.record, "lines"):
        raise _Wrong("names a line that the invoice does not have")
    checked = _dump(_LINE[name], value)
    _check_with_xero(name, checked, organisation)
    if name in _DECIMALS and checked is not None:
        checked = decimal_text(checked)
    if name == "discount_amount":
        # A line has it only where it says something.
        return ABSENT if checked in (None, "0") else checked
    return None if checked == "" or (name == "discount_rate" and checked == "0") else checked


def _dump(kind: TypeAdapter[Any], value: Any) -> Any:
    return kind.dump_python(kind.validate_python(value), mode="json")


def _check_with_xero(name: str, value: Any, organisation: Organisation | None) -> None:
    """An account is said by its code, a tax rate by its type, as the organisation has them."""
    accounts = {account.code for account in organisation.accounts} if organisation else set()
    tax_types = {rate.tax_type for rate in organisation.tax_rates} if organisation else set()
    known: Mapping[str, Collection[str | None]] = {"account": accounts, "tax_type": tax_types}
    if name in known and value not in known[name]:
        raise _Wrong("is not known in the organisation")
