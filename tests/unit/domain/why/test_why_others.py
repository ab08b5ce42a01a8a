"""Why a contact is not in step, and why an invoice of Xero's never came (FEATURES N7, T3, T17)."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from app.domain.connections.connection import Connection
from app.domain.connections.settings import ConnectionSettings
from app.domain.contacts.contact import CONTACT
from app.domain.contacts.contact_link import ContactLink, Mention, plan_contact
from app.domain.crossing.gate import ImportFromXero
from app.domain.crossing.trial_mark import REFERENCE
from app.domain.holds.skip import Skip
from app.domain.invoices.link import Standing, State
from app.domain.record.direction import Direction
from app.domain.record.hub import Hub
from app.domain.record.owed import next_change
from app.domain.why.contact import answer_contact
from app.domain.why.facts import ContactFacts
from app.domain.why.stranger import answer_nowhere, answer_stranger
from tests.unit.domain.samples import AT, xero_invoice
from tests.unit.domain.why.facts import ADDRESS, CONNECTION, NOW, failed

NAMED = {"name": "Kim Tran", "email": "kim@example.com", "phone": None}


def contact(standing: Standing, *, is_behind: bool = False, **more: Any) -> ContactFacts:
    """The facts of a contact that both sides hold."""
    hub = Hub(record=NAMED, partner_shadow=NAMED, xero_shadow=NAMED, kind=CONTACT)
    usual = ContactLink(UUID(int=9), "cus_17", "xc-17", 1, hub, standing, Mention(NAMED, 0, None, AT))
    link = replace(usual, **more)
    return ContactFacts(
        NOW, ADDRESS, CONNECTION, link, is_behind, plan_contact(link), next_change(link.hub), None, None
    )


def test_a_contact_goes_with_the_first_invoice() -> None:
    """Until then it is in the app alone, and that is no fault (T18)."""
    home = contact(Standing(State.SETTLED, "no_invoice_yet", "..."), xero_contact_id=None)
    answer = answer_contact(home)
    assert failed(answer) == [("sent", "no_invoice_yet")]
    assert answer.verdict.startswith("It is not in Xero:")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (contact(Standing(State.SETTLED)), []),
        (
            contact(Standing(State.HELD, "contact_name_taken", "Taken.", "Rename.")),
            [("contact", "contact_name_taken")],
        ),
        (
            contact(Standing(State.HELD, "partner_refuses", "Refused.", "Mend.")),
            [("taken", "partner_refuses")],
        ),
        (contact(Standing(State.SETTLED), skip=Skip(AT, "Kim", "Later.")), [("set_aside", "skipped")]),
        (
            contact(
                Standing(State.SETTLED),
                is_behind=True,
                hub=Hub(
                    record=NAMED | {"email": "no address"},
                    partner_shadow=NAMED | {"email": "no address"},
                    xero_shadow=NAMED,
                    kind=CONTACT,
                ),
            ),
            [("contact", "contact_email_invalid")],
        ),
    ],
    ids=["in step", "held by name", "refused by the app", "set aside", "an address that Xero would refuse"],
)
def test_a_contacts_gates(found: ContactFacts, expected: list[tuple[str, str]]) -> None:
    """The loop's word where it has looked, else what it would say."""
    answer = answer_contact(found)
    assert failed(answer) == expected
    assert (answer.code is None) == (not expected)


@pytest.mark.parametrize(
    ("invoice", "settings", "code"),
    [
        ({"status": "DRAFT"}, {}, "not_approved_in_xero"),
        ({"is_receivable": False}, {}, "not_a_sales_invoice"),
        ({"is_sent": False}, {}, "not_sent_in_xero"),
        ({}, {"import_from_xero": ImportFromXero.OFF}, "import_off"),
        ({}, {"sync_from": date(2027, 1, 1)}, "before_sync_from"),
        ({}, {"directions": {"invoices": Direction.TO_XERO}}, "invoices_stay_home"),
        ({"reference": f"{REFERENCE}1"}, {}, "test_transaction"),
        ({}, {}, "not_seen_yet"),
    ],
)
def test_an_invoice_of_xeros_that_never_came(
    invoice: dict[str, Any], settings: dict[str, Any], code: str
) -> None:
    """The gate's own answer says what keeps it there; where nothing does, it was not seen yet."""
    connection = replace(CONNECTION, settings=ConnectionSettings(**settings))
    answer = answer_stranger(connection, ADDRESS, xero_invoice(**invoice), NOW)
    assert answer.code == code
    assert answer.verdict.startswith("INV-0042 is in Xero and not in the app:")


def test_an_invoice_that_an_earlier_connection_made_waits_for_its_document() -> None:
    """The app's id is named, and the call that sends it."""
    answer = answer_stranger(CONNECTION, ADDRESS, xero_invoice(), NOW, made_for="inv_7")
    assert (answer.code, "inv_7" in answer.verdict) == ("made_before", True)
    assert (
        answer_stranger(CONNECTION, ADDRESS, xero_invoice(status="DRAFT"), NOW, made_for="inv_7").code
        != "made_before"
    )


def test_an_invoice_that_a_relink_left_is_told_with_the_one_that_it_was() -> None:
    """And with the call that lists the decisions, one of which is to be taken back."""
    answer = answer_stranger(CONNECTION, ADDRESS, xero_invoice(), NOW, left_by="inv_7")
    assert (answer.code, "inv_7" in answer.verdict) == ("left_by_relink", True)


def test_a_contact_that_was_to_go_by_itself_stays_where_contacts_do_not_go() -> None:
    """The direction is named, and the call that opens it (E5)."""
    wanted = contact(
        Standing(State.SETTLED, "contacts_stay_home", "..."), xero_contact_id=None, push_wanted=True
    )
    assert failed(answer_contact(wanted)) == []
    closed = replace(wanted, connection=with_directions(contacts=Direction.TO_PARTNER))
    assert failed(answer_contact(closed)) == [("directions", "contacts_stay_home")]


def test_a_contact_of_which_each_side_keeps_its_own_says_so() -> None:
    """By field, with the direction that would have it merged (E5)."""
    hub = Hub(record=NAMED, partner_shadow=NAMED, xero_shadow=NAMED | {"phone": "1"}, kind=CONTACT)
    apart = replace(hub, xero_apart={"phone": None})
    found = replace(
        contact(Standing(State.SETTLED), hub=apart), connection=with_directions(contacts=Direction.TO_XERO)
    )
    answer = answer_contact(found)
    assert failed(answer) == [("directions", "kept_apart")]
    assert "contact.phone" in answer.verdict


def with_directions(**directions: Direction) -> Connection:
    """The connection with these directions."""
    return replace(CONNECTION, settings=ConnectionSettings(directions=directions))


def test_what_nobody_has_is_said_so() -> None:
    """And whether Xero could be asked."""
    assert (
        answer_nowhere(ADDRESS, "INV-9", was_xero_asked=True).verdict == "Neither side has an invoice INV-9."
    )
    assert "could not be asked" in answer_nowhere(ADDRESS, "INV-9", was_xero_asked=False).verdict
