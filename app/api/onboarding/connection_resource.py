"""How a connection is shown: its state with reason and since, its organisation, and the next step in words."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.books.standing import Reason, find_connection_reason
from app.api.settings.mappings import MappingProblem, build_problems
from app.db.life.under_way import UnderWay
from app.domain.connections.connection import Connection, ConnectionState
from app.domain.connections.next_step import find_next_step, is_ready
from app.domain.partner.partner_knowledge import Source, find_knowledge


class NextStep(BaseModel):
    """What somebody should do next: a code for machines, a sentence for people."""

    code: str = Field(description="`ready` where nothing is left to do.")
    message: str
    call: str | None = Field(default=None, description="The call that takes the step, as in `POST /v1/...`.")
    is_optional: bool = Field(
        default=False, description="Everything goes without it, but for what the sentence says."
    )


class OfferShown(BaseModel):
    """One organisation of a consent that covers several."""

    model_config = ConfigDict(title="Offer")

    tenant_id: str
    name: str


class OrganisationName(BaseModel):
    """The Xero organisation that a connection is joined to, as it was last read."""

    name: str
    country: str
    base_currency: str
    short_code: str | None
    fetched_at: datetime | None


class ConnectionShown(BaseModel):
    """One business joined to one Xero organisation."""

    model_config = ConfigDict(
        title="Connection",
        json_schema_extra={
            "examples": [
                {
                    "id": "6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10",
                    "business_id": "biz_204",
                    "display_name": "Tran Plumbing",
                    "state": "pending",
                    "reason": "Not authorised in Xero yet.",
                    "since": "2026-11-20T03:00:00Z",
                    "next_step": {
                        "code": "authorise",
                        "message": "Open authorise_url, or POST to authorise for a fresh one, and give consent in "
                        "Xero.",
                        "call": "POST /v1/connections/6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10/authorise",
                        "is_optional": False,
                    },
                    "is_ready": False,
                    "authorise_url": "https://plumbline.example/oauth/xero/start?state=Zk1n...",
                    "organisation": None,
                    "offered": [],
                    "missing_scopes": [],
                    "xero_app_id": None,
                    "is_behind": False,
                    "waits_for": None,
                    "next_run_at": None,
                    "retry_at": None,
                    "retry_reason": None,
                    "problems": [],
                    "swept_at": None,
                    "compared_at": None,
                    "compared_differing": None,
                    "partner_known_at": None,
                    "partner_known_by": None,
                    "created_at": "2026-11-20T03:00:00Z",
                }
            ]
        },
    )

    id: UUID
    business_id: str = Field(description="The partner's own id of the business.")
    display_name: str
    state: ConnectionState
    reason: str | None
    since: datetime
    next_step: NextStep | None
    is_ready: bool = Field(
        description="Invoices that are sent now reach Xero, as far as state and settings tell; a pre-flight asks Xero."
    )
    authorise_url: str | None = Field(
        description="Where to send the person who gives consent: it leads on to Xero's page, and belongs to the "
        "browser that opened it last. Shown where it is made, good once, for ten minutes."
    )
    organisation: OrganisationName | None
    offered: list[OfferShown] = Field(
        description="The organisations of its consent, where that covers several: one to choose, or to open further "
        "connections for with `same_consent_as`."
    )
    missing_scopes: list[str] = Field(
        description="Scopes for want of which Xero refused a call; a new consent mends it."
    )
    xero_app_id: UUID | None = Field(
        description="Your own Xero app; null is Plumbline's. Null too once it was removed and that app deleted."
    )
    is_behind: bool = Field(description="Work is due.")
    waits_for: Reason | None = Field(
        description="Where it is behind: what the whole connection waits for, as its next run (`scheduled`), and until "
        "when; null while it is being worked."
    )
    next_run_at: datetime | None = Field(
        description="When what waits is worked, where the settings name a mode with set times; null in real time."
    )
    retry_at: datetime | None = Field(
        description="When it is tried again after Xero was down or asked to wait."
    )
    retry_reason: str | None
    problems: list[MappingProblem] = Field(description="Settings that the organisation has left behind.")
    swept_at: datetime | None = Field(
        description="When Xero was last searched for changes that no event told of."
    )
    compared_at: datetime | None = Field(
        description="When every linked invoice was last set against Xero's, once a day by itself."
    )
    compared_differing: int | None = Field(
        description="How many of them that compare found to differ, and brought into step."
    )
    partner_known_at: datetime | None = Field(
        description="The moment as of which your side is known here: whatever your app held then has arrived, where "
        "that is by a read or a manifest."
    )
    partner_known_by: Source | None = Field(
        description="`read` or `manifest`, whichever was later; `document` where neither is used: then the moment is "
        "only when the newest document came, and one that was lost is not noticed."
    )
    created_at: datetime


class CallsUnderWay(BaseModel):
    """Calls that cannot be recalled."""

    changes: int = Field(description="Changes that may still reach your app.")
    copies: int = Field(description="Copies of changes that may still reach endpoints that listen.")
    xero: bool = Field(description="A call to Xero may be under way; what it writes is kept.")


class PausedConnection(ConnectionShown):
    """A connection that rests, and what was under way when this was answered."""

    under_way: CallsUnderWay


def build_paused(connection: Connection, under_way: UnderWay) -> PausedConnection:
    """The resource of a connection that was paused."""
    shown = build_connection(connection)
    return PausedConnection(
        under_way=CallsUnderWay.model_validate(under_way, from_attributes=True), **dict(shown)
    )


def build_connection(
    connection: Connection, authorise_url: str | None = None, *, is_fallback_lost: bool = False
) -> ConnectionShown:
    """The resource of a connection."""
    organisation = connection.organisation
    known = find_knowledge(connection.partner_read_at, connection.manifest_at, connection.documented_at)
    return ConnectionShown(
        id=connection.id,
        business_id=connection.business_id,
        display_name=connection.display_name,
        state=connection.state,
        reason=connection.reason,
        since=connection.since_at,
        next_step=build_next_step(connection),
        is_ready=is_ready(connection),
        authorise_url=authorise_url,
        organisation=OrganisationName(
            name=organisation.name,
            country=organisation.country,
            base_currency=organisation.base_currency,
            short_code=organisation.short_code,
            fetched_at=connection.organisation_fetched_at,
        )
        if organisation
        else None,
        offered=[
            OfferShown(tenant_id=offer.tenant_id, name=offer.name)
            for offer in connection.offered
            if not offer.is_private
        ],
        missing_scopes=list(connection.missing_scopes),
        xero_app_id=connection.xero_app_id,
        is_behind=connection.is_behind,
        waits_for=find_connection_reason(connection) if connection.is_behind else None,
        next_run_at=connection.next_run_at,
        retry_at=connection.retry_at,
        retry_reason=connection.retry_reason,
        problems=build_problems(connection, is_fallback_lost=is_fallback_lost),
        swept_at=connection.swept_at,
        compared_at=connection.compared_at,
        compared_differing=connection.compared.differing if connection.compared else None,
        partner_known_at=known.known_at if known else None,
        partner_known_by=known.source if known else None,
        created_at=connection.created_at,
    )


def build_next_step(connection: Connection) -> NextStep | None:
    """What somebody should do next, as it is shown; None where the connection has ended."""
    step = find_next_step(connection)
    return NextStep.model_validate(step, from_attributes=True) if step else None
