"""The plan for one invoice: what the loop would do now, shown and not done (FEATURES N11)."""

from enum import StrEnum
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import MEMBERS_WRITE, OwnConnection
from app.api.books.invoice_paths import InvoiceId
from app.api.books.standing import Reason, find_connection_reason, show, show_standing
from app.api.delivery.changes import ChangedField
from app.api.dependencies import Given
from app.api.onboarding.organisation import get_organisation
from app.api.problems import documented
from app.db.invoices.invoice_links import list_by_partner_id
from app.db.invoices.resources import KeptInvoice, find_kept_invoice
from app.db.postgres.session import ReadSession
from app.domain.connections.connection import Connection
from app.domain.invoices.link import Standing, State
from app.domain.invoices.preview import Preview, Step, StepKind
from app.domain.invoices.telling import tell_step
from app.domain.record.fields import ABSENT
from app.intake.refusals import NO_INVOICE, InputRefused
from app.reconcile.preview import OnPaper, preview
from app.reconcile.recording.record import build_change, list_named_contacts

router = APIRouter(prefix="/v1/connections/{connection_id}", tags=["why"], dependencies=[MEMBERS_WRITE])


class PlanOutcome(StrEnum):
    """`writes`: Xero would be written to. `tells`: only the app would. `nothing`: nothing is due. `held`: what is due
    waits for a person. `stopped`: the connection keeps all of it waiting.
    """

    WRITES = "writes"
    TELLS = "tells"
    NOTHING = "nothing"
    HELD = "held"
    STOPPED = "stopped"


class PlannedMove(BaseModel):
    """One field as it is and as it would be; null is not there."""

    path: str
    before: Any
    after: Any


class PlannedStep(BaseModel):
    """One step, in the order in which it would be taken."""

    kind: StepKind
    sentence: str
    moves: list[PlannedMove] = Field(
        description="In the words of the side that it changes: Xero's accounts and tax types, or the document's."
    )
    about: list[str] = Field(description="The payment, credit, contact or items that it concerns.")


class PlannedConflict(BaseModel):
    """What both sides changed to different values, as merging would come upon it."""

    path: str
    base: Any
    partner: Any
    xero: Any
    winner: str | None = Field(description="Null: it would wait for a person.")


class PlannedInvoice(BaseModel):
    """What would be done about an invoice, if nothing else happens."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "inv_8801",
                    "outcome": "writes",
                    "sentences": ["Change reference in Xero."],
                    "steps": [
                        {
                            "kind": "update",
                            "sentence": "Change reference in Xero.",
                            "moves": [{"path": "reference", "before": "PO 1177", "after": "PO 1178"}],
                            "about": [],
                        }
                    ],
                    "reason": None,
                    "conflicts": [],
                    "merges_version": 8,
                }
            ]
        }
    )

    id: str
    outcome: PlanOutcome
    sentences: list[str]
    steps: list[PlannedStep] = Field(
        description="All that would follow if Xero takes each step as it is asked. Of what is held by Xero's own "
        "refusal: what a retry would try."
    )
    reason: Reason | None = Field(description="What holds it, stops it, or why nothing is due.")
    conflicts: list[PlannedConflict]
    merges_version: int | None = Field(
        description="The version of the document that was merged for this answer alone; null where all was merged."
    )


@router.get(
    "/invoices/{invoice_id}/plan",
    operation_id="plan_invoice",
    summary="What would be done about an invoice now, without doing it",
    responses=documented("unauthorised", "not_found", "not_authorised_yet", "invalid_request"),
)
async def plan_invoice(services: Given, connection: OwnConnection, invoice_id: InvoiceId) -> PlannedInvoice:
    """From what is known, without a call: what Xero would refuse unforeseen, or what somebody edited there since the
    last look, is not in it. Nothing is stored.
    """
    get_organisation(connection)
    async with services.database.reading() as session:
        kept = await find_kept_invoice(session, connection.id, invoice_id)
        if kept is None:
            raise InputRefused("not_found", NO_INVOICE)
        links = await list_by_partner_id(session, connection.id, [invoice_id])
        seen = (await preview(session, connection, links))[0]
        told = await _list_told(session, connection, seen)
    return _build(connection, kept, seen, told)


async def _list_told(session: ReadSession, connection: Connection, seen: Preview) -> list[PlannedMove]:
    """The fields of the change that the app would be sent, in the document's words."""
    if seen.change is None:
        return []
    contacts = await list_named_contacts(session, connection, [seen.link])
    footing = OnPaper(connection, get_organisation(connection))
    fields = build_change(footing, seen.link, seen.change, contacts).body["fields"]
    return [PlannedMove(**ChangedField(**field).model_dump()) for field in fields]


def _build(
    connection: Connection, kept: KeptInvoice, seen: Preview, told: list[PlannedMove]
) -> PlannedInvoice:
    outcome, reason = _judge(connection, kept, seen)
    steps = [_show_step(step, told) for step in seen.steps]
    sentences = [step.sentence for step in steps]
    if reason is not None:
        sentences.append(f"{reason.message} {reason.cure}" if reason.cure else reason.message)
    document = seen.link.document
    return PlannedInvoice(
        id=kept.link.partner_invoice_id,
        outcome=outcome,
        sentences=sentences or ["Nothing is due."],
        steps=steps,
        reason=reason,
        conflicts=[
            PlannedConflict(
                path=one.path,
                base=_shown(one.base),
                partner=_shown(one.partner),
                xero=_shown(one.xero),
                winner=one.winner.value if one.winner else None,
            )
            for one in seen.conflicts
        ],
        merges_version=document.version
        if document is not None and document.version > kept.link.hub.partner_version and kept.skip is None
        else None,
    )


def _judge(connection: Connection, kept: KeptInvoice, seen: Preview) -> tuple[PlanOutcome, Reason | None]:
    """What it comes to. A hold by Xero's own refusal stands until something triggers the invoice again."""
    stopped = find_connection_reason(connection) if seen.steps else None
    if seen.hold is not None:
        return PlanOutcome.HELD, show_standing(Standing.held(seen.hold))
    shown = show(kept, connection)
    if shown.state is State.HELD:
        return PlanOutcome.HELD, shown.reason
    if stopped is not None:
        return PlanOutcome.STOPPED, stopped
    if seen.writes:
        return PlanOutcome.WRITES, None
    if seen.change is not None:
        return PlanOutcome.TELLS, show_standing(seen.standing)
    return PlanOutcome.NOTHING, show_standing(seen.standing)


def _show_step(step: Step, told: list[PlannedMove]) -> PlannedStep:
    moves = [
        PlannedMove(path=path, before=_shown(before), after=_shown(after))
        for path, (before, after) in sorted(step.moves.items())
    ]
    return PlannedStep(
        kind=step.kind,
        sentence=tell_step(step),
        moves=told if step.kind is StepKind.TELL_PARTNER else moves,
        about=list(step.about),
    )


def _shown(value: Any) -> Any:
    return None if value is ABSENT else value
