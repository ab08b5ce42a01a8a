"""A link: its standing, what is news to it, and what it knows after Xero showed the invoice."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from app.domain.holds.hold import Hold, Way
from app.domain.invoices.link import Document, InvoiceLink, Standing, State
from app.domain.invoices.plan import XeroState
from app.domain.xero.xero_invoice import Identities
from tests.unit.domain.samples import AT, RECORD, connection, payment, xero_invoice
from tests.unit.domain.story import settled

SETTLED = Standing(State.SETTLED)


def link(**differing: Any) -> InvoiceLink:
    """A settled link of the sample invoice."""
    usual: dict[str, Any] = {
        "id": UUID(int=1),
        "partner_invoice_id": "inv_8801",
        "xero_invoice_id": "x-1",
        "generation": 1,
        "hub": settled(),
        "standing": SETTLED,
    }
    return InvoiceLink(**usual | differing)


def test_a_held_link_says_why_and_what_to_do() -> None:
    """Code, sentence and cure of the hold."""
    held = Standing.held(Hold("locked_period", "It is locked.", "Unlock it."))
    assert held == Standing(State.HELD, "locked_period", "It is locked.", "Unlock it.", Way.PERSON)


@pytest.mark.parametrize(("version", "is_news"), [(1, False), (2, True)])
def test_a_newer_document_than_the_merged_one_is_news(version: int, is_news: bool) -> None:
    """The record has taken in version 1."""
    document = Document({}, version, None, AT)
    assert link(document=document).has_news_from_partner is is_news
    assert link(document=document).partner_at == AT


def test_without_a_document_the_partner_never_spoke() -> None:
    """An invoice born in Xero."""
    assert (link().has_news_from_partner, link().partner_at) == (False, None)


def test_a_link_knows_what_xero_showed() -> None:
    """Identities, total, status and clock are Xero's newest; an old payment's key is kept, an old line's is not."""
    before = link(line_ids={"old": "l9"}, payment_ids={"p": "p1"}, xero_due=True)
    seen = xero_invoice(status="PAID", total=Decimal("1100"), amount_due=Decimal("0"))
    after = before.as_held_by_xero(seen, settled(), Identities({"a": "l1"}, {"q": "xero-q"}))
    assert after.identities == Identities({"a": "l1"}, {"p": "p1", "q": "xero-q"})
    assert after.xero_state == XeroState(
        "x-1", "1100.00", tax_amounts_sent=False, is_credited=True, amount_due=Decimal("0.00")
    )
    assert replace(after, xero_due=True).xero_state.amount_due is None
    assert (after.xero_status, after.xero_amount_due, after.xero_updated_at) == ("PAID", "0.00", AT)
    assert not after.xero_due


@pytest.mark.parametrize(("generation", "is_behind"), [(3, False), (4, True)])
def test_a_connection_is_behind_until_its_newest_trigger_is_settled(generation: int, is_behind: bool) -> None:
    """A trigger that came during a reconcile leaves it behind."""
    assert connection(generation=generation, settled_generation=3).is_behind is is_behind


def test_a_payment_that_came_again_is_known_by_its_new_id_alone() -> None:
    """Made by us or shown by Xero; those of other payments stay, also of one that Xero does not show."""
    known = link(payment_ids={"old": "p1", "gone": "p2"})
    assert known.with_payment_id("new", "p1").payment_ids == {"gone": "p2", "new": "p1"}
    shown = Identities({}, {"new": "p1"})
    held = known.as_held_by_xero(xero_invoice(), known.hub, shown)
    assert held.payment_ids == {"gone": "p2", "new": "p1"}


def test_a_method_is_kept_while_xero_has_the_payment_that_the_app_took_back() -> None:
    """From the record of before, however often it is looked at; gone in Xero or back in the record, nothing is kept."""
    paid = payment("p1", "40", method="card") | payment("p2", "60", method=None)
    before = RECORD | paid
    taken_back = link(hub=replace(settled(before), record=RECORD))
    kept = taken_back.with_methods_kept(before)
    assert kept.kept_methods == {"p1": "card"}
    assert kept.with_methods_kept(RECORD) is kept
    assert replace(kept, hub=settled(before)).with_methods_kept(RECORD).kept_methods == {}
    assert replace(kept, hub=settled()).with_methods_kept(RECORD).kept_methods == {}
