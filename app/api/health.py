"""Whether this process is alive, and whether it can take requests: the database with its tables, and Redis."""

import asyncio

from fastapi import APIRouter
from pydantic import BaseModel

from app.api.dependencies import Given, Services
from app.api.ports import Check
from app.api.problems import documented
from app.db.resources import check_schema
from app.intake.refusals import Fault, InputRefused

router = APIRouter(tags=["health"])

PATIENCE_SECONDS = 2.0


class Health(BaseModel):
    """All is well."""

    status: str = "ok"


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
async def get_readiness(services: Given) -> Health:
    """503 names each part that does not answer within two seconds."""
    checks: dict[str, Check] = {"database": lambda: _check_database(services), "redis": services.ping_redis}
    found = await asyncio.gather(*(_find_fault(name, check) for name, check in checks.items()))
    faults = [fault for fault in found if fault is not None]
    if faults:
        silent = " and ".join(fault.field for fault in faults)
        raise InputRefused("not_ready", f"No answer from {silent}.", faults)
    return Health()


async def _check_database(services: Services) -> None:
    async with services.database.reading() as session:
        await check_schema(session)


async def _find_fault(name: str, check: Check) -> Fault | None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await check()
    except (
        Exception
    ) as error:  # whatever a client raises, the part is not ready; its name is all that is shown
        return Fault(name, f"does not answer ({type(error).__name__})")
    return None
