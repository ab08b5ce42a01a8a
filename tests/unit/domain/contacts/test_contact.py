"""Contacts in canonical form: documents, mentions, ranks, the plan, and what a joined contact agrees on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.domain.contacts.contact import (
    CONTACT,
    blank,
    common_ground,
    complete,
    contact_entries,
    from_contact_document,
    observed_contact,
    to_contact_document,
)
from app.domain.contacts.contact_legality import explain_contact, judge_contact, judge_use, reasons_for
from app.domain.contacts.contact_link import ContactLink, Mention, plan_contact, read_marker
from app.domain.invoices.link import Document, Standing, State
from app.domain.record.hub import Hub
from app.domain.record.sides import Side
from app.domain.xero.xero_contact import XeroContact
from app.intake.contact_document import ContactDocument

AT = datetime(2026, 11, 20, tzinfo=UTC)
KIM: dict[str, Any] = {"name": "Kim Tran", "email": "kim@example.com", "phone": None}


def link(**changes: Any) -> ContactLink:
    """A contact that one invoice named."""
    made = ContactLink(
        id=UUID(int=17),
        partner_contact_id="cus_17",
        xero_contact_id=None,
        generation=1,
        hub=Hub(kind=CONTACT),
        standing=Standing(State.BEHIND),
        mention=Mention(KIM, 0, None, AT),
    )
    return replace(made, **changes)


def document(version: int, **body: Any) -> Document:
    """A contact document of that version."""
    return Document({"name": "Kim Tran"} | body, version, None, AT + timedelta(minutes=1))


def test_a_document_says_every_field_and_a_mention_only_three() -> None:
    """What is not said stays as it is held; empty texts and empty addresses are nothing."""
    held = blank(Side.PARTNER) | {"mobile": "0400", "groups": ["trade"]}
    mention = from_contact_document(KIM, held)
    assert (mention["email"], mention["mobile"], mention["groups"]) == ("kim@example.com", "0400", ["trade"])
    whole = from_contact_document(
        {"name": "Kim", "mobile": "", "groups": ["b", "a", "b"], "address": {"lines": [""], "city": ""}}, held
    )
    assert (whole["mobile"], whole["groups"], whole["address"]) == (None, ["a", "b"], None)
    assert to_contact_document("cus_17", whole)["id"] == "cus_17"


def test_fields_that_came_later_are_nobodys_edit() -> None:
    """What was kept before there were as many is blank in them, and a document that leaves them out clears nothing."""
    kept = {"name": "Kim", "groups": []}
    assert complete(Side.PARTNER, kept) == blank(Side.PARTNER) | kept
    assert complete(Side.XERO, {}) == {}
    held = blank(Side.PARTNER) | {"fax": "1", "persons": [{"first_name": "Ann"}]}
    said = ContactDocument.model_validate({"id": "cus_17", "version": 1, "name": "Kim"}).to_json()
    assert from_contact_document(said, held)["fax"] == "1"
    assert from_contact_document(said, held)["persons"] == held["persons"]
    cleared = said | {"fax": None, "persons": []}
    whole = ContactDocument.model_validate(cleared).to_json()
    assert (from_contact_document(whole, held)["fax"], from_contact_document(whole, held)["persons"]) == (
        None,
        [],
    )


def test_an_unlinked_contact_has_another_mark() -> None:
    """Its old one stays on the contact that it left, and would find that one for ever."""
    marks = {replace(link(), marker_number=n).marker for n in (0, 1, 2)}
    assert len(marks) == 3
    assert all(mark.startswith(link().marker) and len(mark) <= 50 for mark in marks)


def test_a_mark_tells_whose_it_is_and_what_it_left_before() -> None:
    """What another app wrote there, or somebody cut short, is none of ours."""
    for number in (0, 3):
        marked = replace(link(), marker_number=number)
        assert read_marker(marked.marker) == (marked.id, number)
        assert len(marked.markers) == number + 1
        assert marked.markers[-1] == marked.marker
    for none_of_ours in (None, "", "C-1", "plumbline:", f"{link().marker}-x", link().marker[:20]):
        assert read_marker(none_of_ours) is None


def test_one_version_said_twice_ranks_the_document_above_the_mention() -> None:
    """The mention first, then the document; nothing at or below what was taken in; and never the other way round."""
    said = link(mention=Mention(KIM, 5, 0, AT), document=document(5))
    assert [rank for rank, _ in said.list_news()] == [10, 11]
    assert [rank for rank, _ in replace(said, hub=Hub(partner_version=10)).list_news()] == [11]
    assert replace(said, hub=Hub(partner_version=11)).list_news() == []
    assert [rank for rank, _ in replace(said, document=document(4)).list_news()] == [9, 10]


def test_a_mention_without_a_base_that_is_older_than_the_app_told_us_is_no_news() -> None:
    """The app took a change of ours as version 6; version 5 from an old invoice would undo it."""
    old = link(mention=Mention(KIM, 5, None, AT), acked_version=6)
    assert old.list_news() == []
    assert [rank for rank, _ in replace(old, mention=Mention(KIM, 5, 3, AT)).list_news()] == [10]


def test_a_mention_without_a_version_counts_until_something_better_is_known() -> None:
    """Unlinked and never said by version: what invoices say is the record. Linked or said: it is not."""
    named = link().with_details()
    assert named.hub.record["email"] == "kim@example.com"
    assert named.hub.record == named.hub.partner_shadow
    renamed = replace(named, mention=Mention({**KIM, "name": "Kim T"}, 0, None, AT))
    assert renamed.with_details().hub.record["name"] == "Kim T"
    for known in (
        replace(renamed, xero_contact_id="c-1"),
        replace(renamed, hub=replace(named.hub, partner_version=3)),
    ):
        assert known.with_details().hub.record["name"] == "Kim Tran"


@pytest.mark.parametrize(
    ("was_said", "ground"),
    [
        (True, {"email": None, "mobile": None, "name": "Kim"}),
        (False, {"email": None, "mobile": None, "name": "Kim", "phone": "1"}),
    ],
)
def test_what_a_joined_contact_is_taken_to_have_agreed_on(was_said: bool, ground: dict[str, Any]) -> None:
    """Blanks are filled by the other side; a difference is a conflict only if the app said it itself."""
    record: dict[str, Any] = {"name": "Kim", "email": None, "phone": "1", "mobile": "3", "persons": []}
    seen = record | {"email": "x@y.example", "phone": "2", "mobile": None, "persons": [{}]}
    assert common_ground(record, seen, was_said=was_said) == ground | {"persons": []}


def test_nothing_is_planned_before_an_invoice_brings_the_contact_and_nothing_on_an_unusable_one() -> None:
    """The gate, then the moves, then what Xero would refuse, in that order."""
    record = blank(Side.PARTNER) | {"name": "Kim Tran", "email": "kim@example.com"}
    shadow = {path: value for path, value in record.items() if path != "groups"} | {"email": None}
    due = link(hub=Hub(record=record, xero_shadow=shadow, kind=CONTACT))
    assert plan_contact(due).moves == ()
    linked = replace(due, xero_contact_id="c-1")
    assert plan_contact(linked).moves == ("email",)
    for unusable, code in (("archived", "contact_archived"), ("erased", "contact_erased")):
        held = plan_contact(replace(linked, unusable=unusable)).hold
        assert held is not None
        assert held.code == code
        assert (
            plan_contact(replace(linked, unusable=unusable, hub=replace(due.hub, xero_shadow=record))).hold
            is None
        )
    conflict = plan_contact(replace(linked, hub=replace(linked.hub, open_conflicts=frozenset({"phone"}))))
    assert (conflict.moves, conflict.hold and conflict.hold.code) == (("email",), "conflict_held")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": "Kim <Tran>"}, "contact_name_invalid"),
        ({"name": "  "}, "contact_name_invalid"),
        ({"name": "Kim", "email": "kim at example"}, "contact_email_invalid"),
        ({"name": "Kim", "email": "kim@m\u00fcller.example"}, "contact_email_invalid"),
        ({"name": "Kim", "email": "kim@example.com"}, None),
        ({"name": "Kim", "email": None}, None),
        ({"name": "Kim", "fax": "0" * 50}, None),
        ({"name": "Kim", "fax": "0" * 51}, "contact_invalid"),
        ({"name": "Kim", "account_number": "A" * 51}, "contact_invalid"),
        ({"name": "Kim", "email": None, "persons": [{"email": None}]}, "contact_persons"),
        ({"name": "Kim", "email": "k@example.com", "persons": [{"email": "lee"}]}, "contact_email_invalid"),
        ({"name": "Kim", "email": "k@example.com", "persons": [{"email": None}]}, None),
    ],
)
def test_what_xero_would_refuse_is_known_before(fields: dict[str, Any], code: str | None) -> None:
    """Only what moves is judged, so an odd address that stands in Xero stops no other edit."""
    hold = judge_contact(fields, fields)
    assert (hold and hold.code) == code
    assert judge_contact(fields, ["phone"]) is None
    assert judge_use("Kim", None) is None


NAME_TAKEN = """The contact name Kim is already assigned to another contact. \
The contact name must be unique across all active contacts."""


PERSONS_WITHOUT_EMAIL = "Additional people cannot be added when the primary person has no email address set"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("The Contact Number plumbline:1 already exists.", "contact_number_taken"),
        ("The Account Number already exists. Please enter another.", "contact_account_number_taken"),
        (NAME_TAKEN, "contact_name_taken"),
        ("Email address must be valid.", "contact_email_invalid"),
        (PERSONS_WITHOUT_EMAIL, "contact_persons"),
        ("The contact name cannot contain the characters < or >.", "contact_name_invalid"),
        ("Something new.", "refused_by_xero"),
    ],
)
def test_refusals_of_contacts_have_a_code_and_keep_xeros_words(said: str, code: str) -> None:
    """And several at once are told apart, for the look-ups that they ask for."""
    hold = explain_contact([said])
    assert hold.code == code
    assert said in hold.message
    assert hold.cure
    assert reasons_for([said]) == ([] if code == "refused_by_xero" else [code])


def test_entries_are_in_the_words_of_the_document() -> None:
    """A field that is not there is null to the app."""
    seen = observed_contact(
        XeroContact(
            "c-1", "Kim", None, "0400", None, False, None, AT, address={"lines": [], "city": "Orange"}
        )
    )
    moves = {"phone": (None, "0400"), "address": (None, seen["address"])}
    assert contact_entries(moves, {}, seen) == [
        {"path": "phone", "before": None, "after": "0400"},
        {"path": "address", "before": None, "after": seen["address"]},
    ]
    assert seen["address"]["postal_code"] is None
