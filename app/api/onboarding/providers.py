"""What a business can be connected to: one provider so far, with what a person is asked for there and why."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import PartnerId
from app.api.dependencies import Given
from app.api.problems import documented

router = APIRouter(prefix="/v1/providers", tags=["providers"])


class Scope(BaseModel):
    """One thing that a person is asked to allow."""

    scope: str
    purpose: str = Field(description="A sentence for the person.")


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
                        {"scope": "accounting.contacts", "purpose": "To find your customers in Xero."}
                    ],
                }
            ]
        }
    )

    id: str
    name: str
    needs: str = Field(description="What the business must have.")
    scopes: list[Scope] = Field(description="What the person is asked for, each with its purpose.")


class Providers(BaseModel):
    """Every provider."""

    data: list[Provider]


@router.get("", operation_id="list_providers", summary="Every provider", responses=documented("unauthorised"))
async def list_providers(services: Given, _: PartnerId) -> Providers:
    """Open a connection to begin; its `authorise_url` leads to the provider's own page."""
    xero = Provider(
        id="xero",
        name="Xero",
        needs="A Xero subscription, and a person who may connect apps to the organisation.",
        scopes=[Scope(scope=scope, purpose=why) for scope, why in services.scope_purposes.items()],
    )
    return Providers(data=[xero])
