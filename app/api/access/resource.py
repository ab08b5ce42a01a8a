"""How keys are shown: never their secret, but for the one time when they are made."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.access.keyring import Made, Rotated
from app.db.partners.api_keys import ApiKey, KeyState
from app.db.partners.partners import Role

EXAMPLE: dict[str, Any] = {
    "id": "0b7f6d0e-6f0a-4a37-9d59-0c6a6f3f2a11",
    "name": "Billing server",
    "role": "member",
    "prefix": "plk_q7Hs0Zr5",
    "state": "in_force",
    "created_at": "2026-11-20T03:15:00Z",
    "expires_at": None,
    "revoked_at": None,
    "last_used_at": "2026-11-27T22:40:00Z",
    "replaced_by": None,
}
_EXAMPLE_OF_OLD = EXAMPLE | {"expires_at": "2026-11-29T03:15:00Z", "replaced_by": EXAMPLE["id"]}
_EXAMPLE_OF_OLD["id"] = "5f1c2b3a-77a1-4a0b-8a5e-2f6a3b1c9d21"
_SECRET = {"key": "plk_q7Hs0Zr5Vd2Lm9Xk4Tn8Bw1Yc6Pf3GjJx8Rv2Kq6Wn4Zt0"}


class KeyShown(BaseModel):
    """An API key, without its secret."""

    model_config = ConfigDict(title="Key", json_schema_extra={"examples": [EXAMPLE]})

    id: UUID
    name: str
    role: Role = Field(
        description="`read` looks; `member` also works on documents; `admin` also connects, chooses and keeps keys."
    )
    prefix: str = Field(description="How the key begins: enough to tell yours apart.")
    state: KeyState
    created_at: datetime
    expires_at: datetime | None = Field(description="When it ends by itself; null: never.")
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="To the minute; null: it was never called with.")
    replaced_by: UUID | None = Field(description="The key that it was rotated to.")


class KeyMade(KeyShown):
    """A new key, with its secret, this once."""

    model_config = ConfigDict(title="KeyMade", json_schema_extra={"examples": [EXAMPLE | _SECRET]})

    key: str = Field(description="Send it as `Authorization: Bearer ...`. It is never shown again.")


class KeyRotated(KeyMade):
    """A new key, with its secret, this once, and the one that it takes the place of."""

    model_config = ConfigDict(
        title="KeyRotated",
        json_schema_extra={"examples": [EXAMPLE | _SECRET | {"replaced": _EXAMPLE_OF_OLD}]},
    )

    replaced: KeyShown = Field(description="Good until its `expires_at`.")


def build_key(key: ApiKey, now: datetime) -> KeyShown:
    """A key as it is at that instant."""
    return KeyShown(**_list_fields(key, now))


def build_made(made: Made, now: datetime) -> KeyMade:
    """A new key."""
    return KeyMade(**_list_fields(made.key, now), key=made.secret)


def build_rotated(rotated: Rotated, now: datetime) -> KeyRotated:
    """A new key and the old one."""
    made = rotated.made
    return KeyRotated(
        **_list_fields(made.key, now), key=made.secret, replaced=build_key(rotated.replaced, now)
    )


def _list_fields(key: ApiKey, now: datetime) -> dict[str, Any]:
    shown = {name: getattr(key, name) for name in KeyShown.model_fields if name != "state"}
    return {**shown, "state": key.state_at(now)}
