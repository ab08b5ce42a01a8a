"""What a business can be connected to: one provider so far, with what a person is asked for there and why."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import PartnerId
from app.api.dependencies import Given
from app.api.problems import documented
from app.db.connections.listed import count_connections
from app.domain.connections.connection import ConnectionState

router = APIRouter(prefix="/v1/providers", tags=["providers"])

_CONNECTION = "/v1/connections/{connection_id}"


class Scope(BaseModel):
    """One thing that a person is asked to allow."""

    scope: str
    purpose: str = Field(description="A sentence for the person.")
    is_needed: bool = Field(description="Without it nothing can be kept in step.")


class ConnectStep(BaseModel):
    """One step on the way to a connection that is ready."""

    code: str = Field(description="As in `next_step` of the connection, where it is due.")
    message: str
    call: str


class Provider(BaseModel):
    """A kind of books."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "xero",
                    "name": "Xero",
                    "needs": "A Xero subscription, and a person who may connect apps to the organisation.",
                    "scopes": [
                        {
                            "scope": "accounting.contacts",
                            "purpose": "To find your customers in Xero.",
                            "is_needed": True,
                        }
                    ],
                    "steps": [
                        {
                            "code": "open",
                            "message": "Open a connection for the business.",
                            "call": "POST /v1/connections",
                        }
                    ],
                    "connections": {"active": 3, "pending": 1},
                }
            ]
        }
    )

    id: str
    name: str
    needs: str = Field(description="What the business must have.")
    scopes: list[Scope] = Field(description="What the person is asked for, each with its purpose.")
    steps: list[ConnectStep] = Field(description="The way to a connection that is ready, in order.")
    connections: dict[ConnectionState, int] = Field(description="How many you have, by state.")


STEPS = tuple(
    ConnectStep(code=code, message=message, call=call)
    for code, message, call in (
        ("open", "Open a connection for the business.", "POST /v1/connections"),
        ("authorise", "Send the person to authorise_url, where Xero asks for consent.",
         f"POST {_CONNECTION}/authorise"),
        ("choose_organisation", "Where the consent covers several organisations, choose one.",
         f"POST {_CONNECTION}/organisation"),
        ("choose_revenue_accounts", "Choose revenue accounts of those fit for sales.", f"PATCH {_CONNECTION}/settings"),
        ("choose_payment_account", "Choose a payment account, if payments are taken in the app.",
         f"PATCH {_CONNECTION}/settings"),
        ("check", "Ask whether it is ready.", f"POST {_CONNECTION}/preflight"),
        ("ready", "Send each document whole whenever it changes.", f"PUT {_CONNECTION}/invoices/{{invoice_id}}"),
    )
)  # fmt: skip


class Providers(BaseModel):
    """Every provider."""

    data: list[Provider]


@router.get("", operation_id="list_providers", summary="Every provider", responses=documented("unauthorised"))
async def list_providers(services: Given, partner_id: PartnerId) -> Providers:
    """Open a connection to begin; its `authorise_url` leads to the provider's own page, and its `next_step` from there
    to `ready`.
    """
    missing = set(services.list_missing_scopes([]))
    async with services.database.reading() as session:
        counted = await count_connections(session, partner_id)
    xero = Provider(
        id="xero",
        name="Xero",
        needs="A Xero subscription, and a person who may connect apps to the organisation.",
        scopes=[
            Scope(scope=scope, purpose=why, is_needed=scope in missing)
            for scope, why in services.scope_purposes.items()
        ],
        steps=list(STEPS),
        connections=counted,
    )
    return Providers(data=[xero])
