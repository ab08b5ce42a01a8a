"""Facts of one invoice that is in step, each test saying what differs."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.domain.connections.settings import ConnectionSettings
from app.domain.invoices.link import Document, InvoiceLink, Standing, State
from app.domain.invoices.plan import Plan, Terms
from app.domain.invoices.planning import build_plan
from app.domain.invoices.preview import Preview
from app.domain.record.hub import Hub
from app.domain.record.owed import next_change
from app.domain.why.facts import InvoiceFacts
from app.domain.why.gates import Answer, Finding, Gate, Outcome
from app.reconcile.foresight import foresee
from tests.unit.domain.samples import AT, ORGANISATION, RECORD, changed, connection, record
from tests.unit.domain.story import settled

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
TERMS = Terms(ORGANISATION, sync_from=None, payment_account_id="id-bank")
CONNECTION = connection(
    settings=ConnectionSettings(
        revenue_accounts={"general": "id-200", "materials": "id-210"},
        payment_account_id="id-bank",
        taxes={"gst": "OUTPUT", "none": "EXEMPTOUTPUT"},
    )
)
ADDRESS = f"/v1/connections/{CONNECTION.id}"
IN_XERO: dict[str, Any] = {"xero_invoice_id": "x-1", "xero_total": "1100.00", "xero_status": "AUTHORISED"}


def link(hub: Hub, standing: Standing, **more: Any) -> InvoiceLink:
    """A link with this hub, whose document of version 7 came."""
    document = Document({}, 7, None, AT)
    return InvoiceLink(UUID(int=1), "inv_1", None, 1, hub, standing, document=document, **more)


def look(found: InvoiceLink, terms: Terms = TERMS) -> Preview:
    """What the loop would do about a link whose document is merged."""
    steps, hold = foresee(found, terms)
    plan: Plan = build_plan(found.hub, found.xero_state, terms)
    return Preview(
        found, plan, found.standing, steps, found.skip.hold if found.skip else hold, next_change(found.hub)
    )


def facts(found: InvoiceLink, *, is_behind: bool = False, terms: Terms = TERMS, **more: Any) -> InvoiceFacts:
    """The facts of that link."""
    usual = InvoiceFacts(
        now=NOW,
        address=ADDRESS,
        connection=CONNECTION,
        link=found,
        is_behind=is_behind,
        preview=look(found, terms),
        contact=None,
        attempt=None,
        change=None,
        total="1100.00",
    )
    return replace(usual, **more)


def in_step(**more: Any) -> InvoiceFacts:
    """An invoice that both sides show alike."""
    found = replace(link(settled(), Standing(State.SETTLED)), **IN_XERO)
    return facts(found, **more)


def new(changes: dict[str, Any] | None = None, standing: Standing | None = None, **more: Any) -> InvoiceFacts:
    """An invoice that Xero does not have, with these changes of the sample record."""
    usual = standing or Standing(State.BEHIND)
    return facts(link(Hub(record(changes)), usual), is_behind=standing is None, **more)


def edited(changes: dict[str, Any], held: dict[str, Any] | None = None, **more: Any) -> InvoiceFacts:
    """An invoice that both sides held, and whose record took these changes since."""
    hub = settled(RECORD | (held or {}))
    hub = replace(hub, record=changed(hub.record, changes))
    return facts(replace(link(hub, Standing(State.SETTLED)), **IN_XERO), is_behind=True, **more)


def at(answer: Answer, gate: Gate) -> Finding:
    """What was found at one gate."""
    return next(found for found in answer.findings if found.gate is gate)


def failed(answer: Answer) -> list[tuple[str, str | None]]:
    """The gates that failed, with their codes."""
    return [(f.gate.value, f.code) for f in answer.findings if f.outcome is Outcome.FAILED]
