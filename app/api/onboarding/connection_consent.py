"""Consent as a partner steers it: a fresh address, the choice where a consent covers several organisations, a fork."""

from typing import Annotated

from fastapi import APIRouter, Body, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import ADMINS_WRITE, ConnectionId, OwnConnection, PartnerId, lock_own_connection
from app.api.dependencies import Given
from app.api.onboarding import consent
from app.api.onboarding.choice import choose_as_partner
from app.api.onboarding.connection_resource import ConnectionShown, build_connection
from app.api.onboarding.consent_refusal import ConsentRefused
from app.api.problems import MISSING, documented
from app.db.connections.connections import insert_connection
from app.db.life.consents import fork_connection
from app.intake.refusals import InputRefused
from app.intake.values import Name

router = APIRouter(
    prefix="/v1/connections/{connection_id}", tags=["connections"], dependencies=[ADMINS_WRITE]
)


class Choice(BaseModel):
    """Which organisation of a consent it is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"tenant_id": "c2cc9b6e-9458-4c7d-93cc-f02b81b0594f"}]},
    )

    tenant_id: Name = Field(description="Of one of `offered`.")


class Fork(BaseModel):
    """What the new connection is called."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"display_name": "Tran Plumbing 2027"}]}
    )

    display_name: Name | None = Field(
        default=None, description="As the one it is forked from when not given."
    )


@router.post(
    "/authorise",
    operation_id="authorise_connection",
    summary="Get a fresh address of Xero's consent, for the first time or to reconnect",
    responses=documented(*MISSING, "connection_removed"),
)
async def authorise_connection(
    services: Given, partner_id: PartnerId, connection: OwnConnection
) -> ConnectionShown:
    """A reconnect keeps every link and setting, and catches up, whichever person gives it; it must be for the same
    organisation. It is also how missing scopes are granted.
    """
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection.id)
        url = await consent.begin(services, session, connection.id)
    return build_connection(connection, url)


@router.post(
    "/organisation",
    operation_id="choose_organisation",
    summary="Choose the organisation, where the consent covers several",
    responses=documented(
        "malformed_body",
        *MISSING,
        "connection_removed",
        "wrong_state",
        "organisation_taken",
        "consent_refused",
        "organisation_not_offered",
        "xero_unavailable",
    ),
)
async def choose_organisation(
    services: Given, partner_id: PartnerId, connection_id: ConnectionId, choice: Choice
) -> ConnectionShown:
    """The person can do it too, on the page after the consent; whoever comes first has chosen. The others of the
    consent can be joined to further connections with `same_consent_as`.
    """
    async with services.database.writing() as session:
        await lock_own_connection(session, partner_id, connection_id)
    try:
        return build_connection(await choose_as_partner(services, connection_id, choice.tenant_id))
    except ConsentRefused as refused:
        raise refused.as_problem() from None


@router.post(
    "/fork",
    status_code=201,
    operation_id="fork_connection",
    summary="Open a connection to another organisation with these settings",
    responses=documented("malformed_body", *MISSING, "connection_removed", "not_authorised_yet"),
)
async def fork_own_connection(
    services: Given,
    partner_id: PartnerId,
    connection: OwnConnection,
    response: Response,
    fork: Annotated[Fork | None, Body()] = None,
) -> ConnectionShown:
    """For a business that moved to other books: a new connection of the same business, pending until consent is given
    for the other organisation. Settings are then taken over by account code and name, as far as it has them. No link
    comes along, and the old connection goes on as it is until you remove it.
    """
    async with services.database.writing() as session:
        source = await lock_own_connection(session, partner_id, connection.id)
        if source.organisation is None:
            raise InputRefused("not_authorised_yet", "There are no books yet that it could be forked from.")
        name = (fork.display_name if fork else None) or source.display_name
        forked = await insert_connection(session, partner_id, source.business_id, name, source.xero_app_id)
        await fork_connection(session, source.id, forked.id)
        url = await consent.begin(services, session, forked.id)
    response.headers["Location"] = f"/v1/connections/{forked.id}"
    return build_connection(forked, url)
