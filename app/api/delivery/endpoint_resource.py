"""How a webhook endpoint is shown and written: what it takes, whether it works, never its secret."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool

from app.api.delivery.notice_webhooks import NOTICES
from app.db.partners.webhook_secrets import KeptSecret
from app.domain.partner.endpoint import CHANGE_TYPES, EVERY_TYPE, Endpoint, Part
from app.intake.values import Line, WebAddress, refused

KNOWN_TYPES = (EVERY_TYPE, *CHANGE_TYPES, *NOTICES)
MOST_CONNECTIONS = 500


def _check_type(name: str) -> str:
    if name not in KNOWN_TYPES:
        raise refused(f"must be one of {', '.join(KNOWN_TYPES)}")
    return name


MessageType = Annotated[str, AfterValidator(_check_type)]

Types = Annotated[list[MessageType], Field(min_length=1, max_length=len(KNOWN_TYPES))]

ConnectionIds = Annotated[list[UUID], Field(min_length=1, max_length=MOST_CONNECTIONS)]

_EXAMPLE: dict[str, Any] = {
    "url": "https://app.example/plumbline",
    "description": "the app itself",
    "part": "applies",
    "types": ["*"],
    "connection_ids": None,
}


class NewWebhookEndpoint(BaseModel):
    """An address of your app's. It is https, and leads nowhere but to the internet."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    url: WebAddress
    part: Part = Field(
        description="`applies`: its answers settle changes, which come in order; one endpoint at most for a "
        "connection. `listens`: it gets copies of everything it takes, and what it answers holds nothing up."
    )
    description: Line | None = None
    types: Types = Field(default=[EVERY_TYPE], description="The types of messages that it takes; `*` is all.")
    connection_ids: ConnectionIds | None = Field(
        default=None, description="The connections that it is for; null is all, those to come too."
    )
    is_enabled: StrictBool = True


class WebhookEndpointChange(BaseModel):
    """What to replace; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"url": "https://app.example/plumbline/v2"}]}
    )

    url: WebAddress | None = None
    part: Part | None = None
    description: Line | None = Field(default=None, description="Null takes it away.")
    types: Types | None = None
    connection_ids: ConnectionIds | None = Field(default=None, description="Null is all.")
    is_enabled: StrictBool | None = None


class SecretShown(BaseModel):
    """A secret that signs, without the secret."""

    model_config = ConfigDict(title="WebhookSecret")

    made_at: datetime
    ends_at: datetime | None = Field(description="Until when it signs beside the newest; null is the newest.")


class WebhookEndpointShown(BaseModel):
    """An address of your app's, and how it does."""

    model_config = ConfigDict(
        title="WebhookEndpoint",
        json_schema_extra={
            "examples": [
                {
                    "id": "0b9a4a6e-52a5-4f0c-8a54-1f6d7b7a2c11",
                    **_EXAMPLE,
                    "is_enabled": True,
                    "disabled_reason": None,
                    "disabled_at": None,
                    "failing_since": None,
                    "failures": 0,
                    "secrets": [{"made_at": "2026-11-20T03:00:00Z", "ends_at": None}],
                    "created_at": "2026-11-20T03:00:00Z",
                }
            ]
        },
    )

    id: UUID
    url: str
    description: str | None
    part: Part
    types: list[str]
    connection_ids: list[UUID] | None
    is_enabled: bool
    disabled_reason: str | None = Field(
        description="Why nothing is sent: you disabled it, it answered 410, or every attempt failed for five days."
    )
    disabled_at: datetime | None
    failing_since: datetime | None = Field(description="When the first of its failures in a row was.")
    failures: int = Field(description="How many attempts in a row failed.")
    secrets: list[SecretShown]
    created_at: datetime


class WebhookEndpointMade(WebhookEndpointShown):
    """An endpoint with its new secret, which is shown this once."""

    model_config = ConfigDict(title="WebhookEndpointWithSecret")

    secret: str = Field(description="`whsec_...`: check the signatures of Standard Webhooks with it.")


def show_endpoint(endpoint: Endpoint, secrets: Sequence[KeptSecret]) -> WebhookEndpointShown:
    """The resource of an endpoint."""
    return WebhookEndpointShown(
        id=endpoint.id,
        url=endpoint.url,
        description=endpoint.description,
        part=endpoint.part,
        types=list(endpoint.types),
        connection_ids=None if endpoint.connection_ids is None else list(endpoint.connection_ids),
        is_enabled=endpoint.is_enabled,
        disabled_reason=endpoint.disabled_reason,
        disabled_at=endpoint.disabled_at,
        failing_since=endpoint.failing_since,
        failures=endpoint.failures,
        secrets=[SecretShown(made_at=secret.made_at, ends_at=secret.ends_at) for secret in secrets],
        created_at=endpoint.created_at,
    )


def show_made(endpoint: Endpoint, secrets: Sequence[KeptSecret], secret: str) -> WebhookEndpointMade:
    """The endpoint with the secret that was just made, which is shown this once."""
    return WebhookEndpointMade(**dict(show_endpoint(endpoint, secrets)), secret=secret)
