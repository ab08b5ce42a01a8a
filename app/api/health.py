"""Whether this process is alive, and whether it can take requests: the database with its schema and room on its disk,
and Redis.

A schema that is newer than this code is none the worse: while a release is under way old code works on it.

Readiness also tells the operator how Xero's webhooks fare, and whether this machine's clock is right, neither of which
makes a process unready.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.api.dependencies import Given, Services
from app.api.ports import Check
from app.api.problems import documented
from app.clock import SKEW_NOTED
from app.db.inboxes.subscriptions import Subscription, list_subscriptions
from app.db.postgres.server import NoRoom, check_room, check_schema, find_revision
from app.intake.refusals import Fault, InputRefused
from app.revisions import list_pending

router = APIRouter(tags=["health"])

PATIENCE_SECONDS = 2.0


class MigrationsPending(Exception):
    """The database is older than this code, which asks for what is not there yet."""


class Health(BaseModel):
    """All is well."""

    status: str = "ok"


class WebhooksHeard(BaseModel):
    """Whether Xero's webhooks arrive. It is the operator's matter, and no reason not to be ready."""

    state: Literal["waiting", "heard", "silent"] = Field(
        description="`silent`: changes were found in Xero of which no event told, and none came since. Xero disables a "
        "subscription after 24 hours of failures; look at the webhook's page in its developer portal."
    )
    xero_app_id: UUID | None = Field(description="Null for Plumbline's own Xero app.")
    heard_at: datetime | None = Field(description="When an event last arrived.")
    silent_since: datetime | None = Field(description="When the silence was told in the log.")
    gaps: int = Field(
        description="How often numbers of events were missing for good; each made every sweep come soon."
    )
    events_missed: int = Field(description="How many events that were.")


class MachineClock(BaseModel):
    """The clock of the machine that answers. Plumbline goes by the database's, so a wrong one is no reason not to be
    ready; it is the operator's matter, since certificates and the signatures of webhooks are judged by it.
    """

    state: Literal["right", "wrong"] = Field(
        description=f"`wrong`: it is over {SKEW_NOTED.total_seconds():.0f} seconds from the database's."
    )
    ahead_seconds: float = Field(description="How far it is ahead of the database's; below zero: behind.")


class Readiness(Health):
    """All is well; and beside it, how Xero's webhooks fare, and the machine's clock."""

    xero_webhooks: list[WebhooksHeard]
    machine_clock: MachineClock


@router.get("/healthz", operation_id="get_health", summary="The process is alive")
async def get_health() -> Health:
    """Asks nothing of anything."""
    return Health()


@router.get(
    "/readyz",
    operation_id="get_readiness",
    summary="Database and Redis answer",
    responses=documented("not_ready"),
)
async def get_readiness(services: Given) -> Readiness:
    """503 names each part that does not answer within two seconds, a database whose disk is full, and each migration
    that it lacks.
    """
    checks: dict[str, Check] = {"database": lambda: _check_database(services), "redis": services.ping_redis}
    found = await asyncio.gather(*(_find_fault(name, check) for name, check in checks.items()))
    faults = [fault for fault in found if fault is not None]
    if faults:
        told = "; ".join(f"{fault.field} {fault.message}" for fault in faults)
        raise InputRefused("not_ready", f"Not ready: {told}.", faults)
    async with services.database.reading() as session:
        subscriptions = await list_subscriptions(session)
    return Readiness(
        xero_webhooks=[_show_webhooks(subscription) for subscription in subscriptions],
        machine_clock=_show_clock(services.timekeeper.ahead or timedelta()),
    )


def _show_clock(ahead: timedelta) -> MachineClock:
    is_wrong = abs(ahead) > SKEW_NOTED
    return MachineClock(state="wrong" if is_wrong else "right", ahead_seconds=round(ahead.total_seconds(), 3))


def _show_webhooks(subscription: Subscription) -> WebhooksHeard:
    heard = "waiting" if subscription.heard_at is None else "heard"
    return WebhooksHeard(
        state="silent" if subscription.silent_since else heard,
        xero_app_id=subscription.xero_app_id,
        heard_at=subscription.heard_at,
        silent_since=subscription.silent_since,
        gaps=subscription.gaps,
        events_missed=subscription.events_missed,
    )


async def _check_database(services: Services) -> None:
    await services.timekeeper.be_sure()
    async with services.database.reading_in_one() as session:
        pending = list_pending(await find_revision(session))
        if not pending:
            await check_schema(session)
            await check_room(session)
    if pending:
        named = ", ".join(f"{revision.number} ({revision.title})" for revision in pending)
        raise MigrationsPending(f"lacks migrations: {named}; run `python -m app migrate`")


async def _find_fault(name: str, check: Check) -> Fault | None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await check()
    except MigrationsPending as pending:
        return Fault(name, str(pending))
    except NoRoom:
        return Fault(name, "has no room left on its disk")
    except (
        Exception
    ) as error:  # whatever a client raises, the part is not ready; its name is all that is shown
        return Fault(name, f"does not answer ({type(error).__name__})")
    return None
