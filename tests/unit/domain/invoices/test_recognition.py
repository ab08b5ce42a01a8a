"""Which invoice of Xero's is the one whose create is doubted, by what an older copy of the database still knows."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.domain.invoices.recognition import (
    Begun,
    find_marked_link,
    mark_of,
    own_payments,
    payment_mark,
    recognise,
)
from app.domain.record.sides import Side, project
from app.domain.xero.xero_invoice import XeroInvoice, XeroPayment
from tests.unit.domain.samples import RECORD, xero_invoice

OURS, LOST, OTHER = uuid4(), uuid4(), uuid4()
TRIED = {path: value for path, value in project(Side.XERO, RECORD).items() if not path.startswith("payments")}
SAMPLE = xero_invoice()
CONTACTS = {SAMPLE.xero_contact_id: str(TRIED["contact"])}
ADDRESS = "https://app.example/i/1"


def marked(link_id: UUID, **changes: Any) -> XeroInvoice:
    """The sample, made for that link."""
    return replace(SAMPLE, url=f"{ADDRESS}{mark_of(link_id)}", payments=(), **changes)


def is_found(one: Begun, invoice: XeroInvoice, known: set[UUID] | None) -> bool:
    """Whether that invoice is taken for this create."""
    return recognise([one], [invoice], CONTACTS, known) == {one.link_id: invoice}


def test_a_mark_of_another_link_settles_that_it_is_not_this_one() -> None:
    """While nothing was restored, and after it for the links that the copy has."""
    one = Begun(OURS, TRIED, ADDRESS)
    assert is_found(one, marked(OURS), None)
    assert not is_found(one, marked(OTHER), None)
    assert not is_found(one, marked(OTHER), {OTHER, OURS})


def test_a_mark_of_a_link_that_is_lost_is_none() -> None:
    """The invoice is known by its number, or by its whole content where it was given none."""
    assert is_found(Begun(OURS, TRIED, ADDRESS), marked(LOST), {OURS})
    assert is_found(Begun(OURS, TRIED, ""), marked(LOST), {OURS})
    numberless = {path: value for path, value in TRIED.items() if path != "number"}
    assert is_found(Begun(OURS, numberless, ""), marked(LOST), {OURS})


@pytest.mark.parametrize(
    ("address", "found"),
    [(ADDRESS, True), ("https://app.example/i/2", False), ("", False), (None, True)],
    ids=["same address", "another", "none", "surely sent"],
)
def test_a_likeness_is_no_proof_where_the_create_may_never_have_been_sent(
    address: str | None, found: bool
) -> None:
    """Two invoices of one customer are often alike: the address must be the same too, unless it was surely sent."""
    numberless = {path: value for path, value in TRIED.items() if path != "number"}
    edited = marked(LOST, reference="edited by a person")
    assert is_found(Begun(OURS, numberless, address), edited, {OURS}) is found


def test_payments_of_ours_are_known_by_their_mark() -> None:
    """By the key that stands in it; another link's, a person's and none are not ours."""
    references = (payment_mark(OURS, "p1"), payment_mark(OTHER, "p2"), "cash", None)
    payments = tuple(
        XeroPayment(f"x{number}", Decimal(1), date(2026, 11, 20), reference=reference)
        for number, reference in enumerate(references)
    )
    assert own_payments(OURS, replace(SAMPLE, payments=payments)) == {"x0": "p1"}


@pytest.mark.parametrize("url", [None, ADDRESS, f"{ADDRESS}#plumbline-", f"{ADDRESS}#plumbline-nonsense"])
def test_what_is_no_mark_names_no_link(url: str | None) -> None:
    """Whatever a person typed there."""
    assert find_marked_link(replace(SAMPLE, url=url)) is None
    assert find_marked_link(marked(OURS)) == OURS
