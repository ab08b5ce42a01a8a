"""API keys by API: made, listed, rotated with an overlap, revoked; and who calls."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Response
from pydantic import BaseModel, ConfigDict, Field, StrictInt

from app.api.access.keyring import (
    LONGEST_OVERLAP,
    make_partner_key,
    revoke_partner_key,
    rotate_partner_key,
)
from app.api.access.resource import (
    EXAMPLE,
    KeyMade,
    KeyRotated,
    KeyShown,
    build_key,
    build_made,
    build_rotated,
)
from app.api.authentication import ADMINS_WRITE, GivenCaller, PartnerId
from app.api.dependencies import Given
from app.api.instants import Instant
from app.api.pages import Cursor, Limit, Listing, Page, read_position, write_position
from app.api.problems import documented
from app.db.partners.api_keys import find_own_key, list_keys
from app.db.partners.partners import Role, find_partner
from app.intake.refusals import InputRefused
from app.intake.values import Name

router = APIRouter(prefix="/v1", tags=["keys"], dependencies=[ADMINS_WRITE])

KeyId = Annotated[UUID, Path(description="The key's id.")]
_MISSING = ("unauthorised", "not_found")
_LONGEST = LONGEST_OVERLAP // timedelta(seconds=1)
_A_DAY = timedelta(days=1) // timedelta(seconds=1)


class NewKey(BaseModel):
    """A key to make."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "Billing server", "role": "member"}]}
    )

    name: Name = Field(description="For people; several keys may have the same.")
    role: Role
    expires_at: Instant | None = Field(
        default=None, description="When it ends by itself; null or left out: never."
    )


class Rotation(BaseModel):
    """How long the old key goes on beside the new one."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"overlap_seconds": 86400}]})

    overlap_seconds: Annotated[StrictInt, Field(ge=0, le=_LONGEST)] = Field(
        default=_A_DAY, description="0 ends the old key at once, as for one that leaked; at most seven days."
    )


class PartnerShown(BaseModel):
    """Who calls."""

    model_config = ConfigDict(
        title="Partner",
        json_schema_extra={
            "examples": [
                {
                    "id": "c7f3b1de-2c0f-4b0e-a0c9-0f3f6a1d2e10",
                    "name": "Tradie Tools",
                    "key": EXAMPLE,
                }
            ]
        },
    )

    id: UUID
    name: str
    key: KeyShown = Field(description="The key that this call was made with.")


@router.get(
    "/partner",
    operation_id="get_partner",
    summary="Who you are here, and with which key you call",
    responses=documented(*_MISSING),
)
async def get_partner(services: Given, caller: GivenCaller) -> PartnerShown:
    """The cheapest way to try a key."""
    async with services.database.reading() as session:
        partner = await find_partner(session, caller.partner_id)
        key = await find_own_key(session, caller.partner_id, caller.key_id) if caller.key_id else None
    if partner is None or key is None:
        raise InputRefused("not_found", "This partner is gone.")
    return PartnerShown(id=partner.id, name=partner.name, key=build_key(key, services.clock.now()))


@router.get(
    "/keys",
    operation_id="list_keys",
    summary="Your keys, in every state, oldest first",
    responses=documented("unauthorised"),
)
async def list_own_keys(
    services: Given, partner_id: PartnerId, cursor: Cursor = None, limit: Limit = 100
) -> Page[KeyShown]:
    """Without their secrets, which nobody can read any more."""
    listing = Listing("keys")
    async with services.database.reading() as session:
        found = await list_keys(session, partner_id, read_position(cursor, listing), limit)
    now = services.clock.now()
    following = write_position(listing, found, limit, lambda key: key.position)
    return Page(data=[build_key(key, now) for key in found], next=following)


@router.post(
    "/keys",
    status_code=201,
    operation_id="make_key",
    summary="Make a key; its secret is shown this once",
    responses=documented("malformed_body", "unauthorised", "too_many_keys", "too_large"),
)
async def make_key(services: Given, partner_id: PartnerId, new: NewKey, response: Response) -> KeyMade:
    """Give each program a key of its own, of the least role that it can do with. Send an `Idempotency-Key`: without
    one, a key whose answer was lost is there and nobody can call with it.
    """
    now = services.clock.now()
    made = await make_partner_key(
        services.database, partner_id, now, name=new.name, role=new.role, expires_at=new.expires_at
    )
    response.headers["Location"] = f"/v1/keys/{made.key.id}"
    return build_made(made, now)


@router.get("/keys/{key_id}", operation_id="get_key", summary="One key", responses=documented(*_MISSING))
async def get_key(services: Given, partner_id: PartnerId, key_id: KeyId) -> KeyShown:
    """Whatever its state is."""
    async with services.database.reading() as session:
        key = await find_own_key(session, partner_id, key_id)
    if key is None:
        raise InputRefused("not_found", "You have no key with that id.")
    return build_key(key, services.clock.now())


@router.post(
    "/keys/{key_id}/rotate",
    status_code=201,
    operation_id="rotate_key",
    summary="Replace a key by a new one of the same name and role",
    responses=documented("malformed_body", *_MISSING, "key_ended", "too_many_keys", "too_large"),
)
async def rotate_key(
    services: Given,
    partner_id: PartnerId,
    key_id: KeyId,
    response: Response,
    rotation: Annotated[Rotation | None, Body()] = None,
) -> KeyRotated:
    """The old key goes on for `overlap_seconds`, a day when not given, so that nothing stops while the new one is
    brought out. A key that expires is followed by one that lasts as long again. A key is rotated once.
    """
    now = services.clock.now()
    overlap = timedelta(seconds=(rotation or Rotation()).overlap_seconds)
    rotated = await rotate_partner_key(services.database, partner_id, key_id, now, overlap=overlap)
    response.headers["Location"] = f"/v1/keys/{rotated.made.key.id}"
    return build_rotated(rotated, now)


@router.delete(
    "/keys/{key_id}",
    operation_id="revoke_key",
    summary="End a key at once",
    responses=documented(*_MISSING, "last_admin_key"),
)
async def revoke_key(services: Given, partner_id: PartnerId, key_id: KeyId) -> KeyShown:
    """The next call with it is refused, whichever process it reaches. A second call changes nothing. Your last admin's
    key stays, so that nobody shuts you out; nor may one go that outlasts all the others.
    """
    now = services.clock.now()
    return build_key(await revoke_partner_key(services.database, partner_id, key_id, now), now)
