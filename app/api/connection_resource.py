"""How a connection is shown: its state with reason and since, its organisation, and the next step in words."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.domain.connection import Connection, ConnectionState


class NextStep(BaseModel):
    """What somebody should do next: a code for machines, a sentence for people."""

    code: str
    message: str


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
                        "message": "Open authorise_url and give consent in Xero.",
                    },
                    "authorise_url": "https://login.xero.com/identity/connect/authorize?response_type=code&...",
                    "organisation": None,
                    "is_behind": False,
                    "retry_at": None,
                    "retry_reason": None,
                    "swept_at": None,
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
    authorise_url: str | None = Field(
        description="Where to send the person who gives consent; shown where it is made, good once, for ten minutes."
    )
    organisation: OrganisationName | None
    is_behind: bool = Field(description="Work is due.")
    retry_at: datetime | None = Field(
        description="When it is tried again after Xero was down or asked to wait."
    )
    retry_reason: str | None
    swept_at: datetime | None = Field(
        description="When Xero was last searched for changes that no event told of."
    )
    created_at: datetime


def build_connection(connection: Connection, authorise_url: str | None = None) -> ConnectionShown:
    """The resource of a connection."""
    organisation = connection.organisation
    return ConnectionShown(
        id=connection.id,
        business_id=connection.business_id,
        display_name=connection.display_name,
        state=connection.state,
        reason=connection.reason,
        since=connection.since_at,
        next_step=find_next_step(connection),
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
        is_behind=connection.is_behind,
        retry_at=connection.retry_at,
        retry_reason=connection.retry_reason,
        swept_at=connection.swept_at,
        created_at=connection.created_at,
    )


_STEPS = {
    ConnectionState.PENDING: NextStep(
        code="authorise", message="Open authorise_url and give consent in Xero."
    ),
    ConnectionState.DISCONNECTED: NextStep(
        code="authorise_again", message="POST to authorise and give consent in Xero again; nothing is lost."
    ),
    ConnectionState.PAUSED: NextStep(
        code="resume", message="POST to resume; everything stored meanwhile is caught up with."
    ),
}


def find_next_step(connection: Connection) -> NextStep | None:
    """What somebody should do next, or None when it runs by itself."""
    if connection.state is not ConnectionState.ACTIVE:
        return _STEPS.get(connection.state)
    if not connection.settings.revenue_accounts:
        message = (
            "Choose a revenue account for the category `general` in the settings; accounts tells which fit."
        )
        return NextStep(code="choose_revenue_accounts", message=message)
    if connection.settings.payment_account_id is None:
        message = "Choose a payment account in the settings if payments are taken in the app."
        return NextStep(code="choose_payment_account", message=message)
    return None
