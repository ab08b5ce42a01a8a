"""Codes that change hands: what a link says goes on meaning the accounts that it meant."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from app.domain.invoices.account_codes import (
    list_moved,
    list_moved_between,
    names_any,
    said_anew,
    with_account_ids,
    with_misplaced,
)
from app.domain.invoices.link import InvoiceLink, Standing, State
from app.domain.record.fields import ABSENT
from app.domain.record.hub import Hub
from app.domain.record.sides import Side
from app.domain.xero.organisation import Organisation
from tests.unit.domain.samples import ORGANISATION, account, record

SWAP = {"200": "210", "210": "200"}


def organisation(**codes: str | None) -> Organisation:
    """The sample organisation, of which accounts by their first code have others now; `gone` is there no more."""
    accounts = (
        replace(each, code=codes.get(f"of_{each.code}", each.code))
        for each in ORGANISATION.accounts
        if codes.get(f"of_{each.code}") != "gone"
    )
    return replace(ORGANISATION, accounts=tuple(accounts))


SWAPPED = organisation(of_200="210", of_210="200")


def link(**hub: Any) -> InvoiceLink:
    """A link of the sample record, known by the sample organisation."""
    made = InvoiceLink(
        UUID(int=1), "inv_1", "x-1", 1, Hub(**{"record": record()} | hub), Standing(State.SETTLED)
    )
    return with_account_ids(made, ORGANISATION)


def test_a_link_keeps_which_account_each_of_its_codes_is() -> None:
    """Of the record, of what Xero holds, and of what was tried there; codes of no account are left out."""
    known = link(
        record={"lines/l1/account": "200", "lines/l2/account": "999", "lines/l3/account": None},
        xero_shadow={"lines/l1/account": "210"},
        unanswered={"lines/l1/account": "400"},
    )
    assert known.account_ids == {"200": "id-200", "210": "id-210", "400": "id-400"}


@pytest.mark.parametrize(
    ("after", "moved"),
    [
        (ORGANISATION, {}),
        (SWAPPED, SWAP),
        (organisation(of_200="201"), {"200": "201"}),
        (organisation(of_200=None), {"200": "id-200"}),
        (organisation(of_200="gone"), {}),
        (organisation(of_200="gone", of_400="200"), {"200": "id-200"}),
    ],
)
def test_a_code_that_means_another_account_now_is_told(after: Organisation, moved: dict[str, str]) -> None:
    """By its account's code of now, or by its id where it has none, or where it is gone and another has its code."""
    assert list_moved(link(), after) == moved


def test_between_two_looks_the_whole_chart_is_compared() -> None:
    """One that is gone is named by its id where another one has its code; a new one means nothing yet."""
    assert list_moved_between(ORGANISATION, ORGANISATION) == {}
    assert list_moved_between(ORGANISATION, SWAPPED) == SWAP
    other = replace(
        ORGANISATION, accounts=(replace(account("200"), code="201"), replace(account("new"), code="210"))
    )
    assert list_moved_between(ORGANISATION, other) == {"200": "201", "210": "id-210"}


def test_all_that_a_link_says_by_code_is_said_anew() -> None:
    """And nothing else: the app is told of another word where the word was the code."""
    was = link(
        xero_shadow={"lines/l1/account": "210", "reference": "210"},
        unanswered={"lines/l1/account": "200"},
        xero_apart={"lines/l1/account": "200", "lines/l2": {"account": "210", "tax_type": "OUTPUT"}},
        parted={"lines/l1/account": {Side.XERO: "200", Side.PARTNER: ABSENT}},
        ignored={"lines/l1/account": ("200", "210"), "total": ("200", "210")},
    )
    now = said_anew(was, SWAP)
    assert now.hub.record == record({"lines/l1/account": "200", "lines/l2/account": "210"})
    assert now.hub.xero_shadow == {"lines/l1/account": "200", "reference": "210"}
    assert now.hub.unanswered == {"lines/l1/account": "210"}
    assert now.hub.xero_apart == {
        "lines/l1/account": "210",
        "lines/l2": {"account": "200", "tax_type": "OUTPUT"},
    }
    assert now.hub.parted == {"lines/l1/account": {Side.XERO: "210", Side.PARTNER: ABSENT}}
    assert now.hub.ignored == {"lines/l1/account": ("210", "200"), "total": ("200", "210")}
    assert (now.account_ids, now.hub.revision) == ({"210": "id-200", "200": "id-210"}, was.hub.revision)


def test_a_word_that_is_a_code_follows_it_and_is_a_change_for_the_app() -> None:
    """The shadow stays what the app holds."""
    words = {"lines/l1/category": "xero:200", "lines/l1/account": "200"}
    now = said_anew(link(record=record(words), partner_shadow=words), {"200": "201"})
    assert now.hub.record["lines/l1/category"] == "xero:201"
    assert now.hub.partner_shadow["lines/l1/category"] == "xero:200"
    assert now.hub.revision == 1


def test_what_xero_booked_by_an_old_code_is_no_edit() -> None:
    """What it shows otherwise than by that code is somebody's."""
    tried = {"lines/l1/account": "210", "lines/l2/account": "210", "lines/l3/account": None, "reference": "a"}
    seen = {"lines/l1/account": "200", "lines/l2/account": "400", "lines/l3/account": "200", "reference": "b"}
    assert with_misplaced(tried, seen, {"200": "210"}) == tried | {"lines/l1/account": "200"}
    assert names_any({"lines/l1/account": "200"}, {"200": "210"})
    assert not names_any({"lines/l1/account": "210", "reference": "200"}, {"200": "210"})
