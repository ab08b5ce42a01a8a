"""The proof of agreement (FEATURES N10): equal as of when, with totals to the cent, or what stands against it."""

from fastapi import APIRouter

from app.api.authentication import OwnConnection
from app.api.dependencies import Given
from app.api.findings.comparison_report import ComparisonReport, gather_report
from app.api.problems import MISSING, documented

router = APIRouter(prefix="/v1/connections/{connection_id}/comparison", tags=["comparison"])


@router.get(
    "",
    operation_id="get_comparison",
    summary="Equal as of when, to the cent; or what stands against it",
    responses=documented(*MISSING),
)
async def get_comparison(services: Given, connection: OwnConnection) -> ComparisonReport:
    """Answers from what is known; `POST .../compare` asks Xero anew, and the timer does so once a day."""
    async with services.database.reading() as session:
        return await gather_report(session, connection)
