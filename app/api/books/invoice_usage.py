"""What one invoice's calls to Xero came to: its share of every call that was made for it, and its part of the price."""

from datetime import date
from decimal import Decimal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import OwnConnection
from app.api.books.invoice_paths import InvoiceId, get_kept_invoice
from app.api.dependencies import Given
from app.api.problems import MISSING, documented
from app.api.usage import AskedDays, find_month
from app.api.usage_resource import Price, Shared, build_price, egress_by_connection
from app.db.upkeep.usage import list_link_usage, list_partner_usage
from app.domain.connections.usage import LinkUsage

router = APIRouter(prefix="/v1/connections/{connection_id}/invoices", tags=["usage"])


class DayShare(Shared):
    """What one day came to."""

    on: date = Field(description="The day, in UTC.")


class InvoiceUsage(BaseModel):
    """What was spent on one invoice. Calls that are for no invoice, as those for facts, stay with the connection."""

    model_config = ConfigDict(populate_by_name=True)

    invoice_id: str
    since: date = Field(serialization_alias="from")
    until: date = Field(serialization_alias="to")
    data: list[DayShare]
    total: Shared
    price: Price


@router.get(
    "/{invoice_id}/usage",
    operation_id="get_invoice_usage",
    summary="What one invoice's calls to Xero came to, and the price",
    responses=documented(*MISSING),
)
async def get_invoice_usage(
    services: Given, connection: OwnConnection, invoice_id: InvoiceId, days: AskedDays
) -> InvoiceUsage:
    """Its equal share of each call that carried it, refused and unanswered ones too. Nobody is asked."""
    month = find_month(days.until)
    async with services.database.reading() as session:
        kept = await get_kept_invoice(session, connection, invoice_id)
        used = await list_link_usage(session, kept.id, *days)
        of_month = await list_link_usage(session, kept.id, *month)
        of_all = await list_partner_usage(session, connection.partner_id, *month)
    egress = sum(each.bytes_received for each in of_month)
    whole = sum(egress_by_connection(of_all).values())
    return InvoiceUsage(
        invoice_id=invoice_id,
        since=days.since,
        until=days.until,
        data=[_show_day(each) for each in used],
        total=_sum(used),
        price=build_price(services.plan, month.first, egress, whole),
    )


def _show_day(used: LinkUsage) -> DayShare:
    return DayShare(
        on=used.used_on, calls=used.calls, bytes_sent=used.bytes_sent, bytes_received=used.bytes_received
    )


def _sum(used: list[LinkUsage]) -> Shared:
    return Shared(
        calls=sum((each.calls for each in used), Decimal("0.000000")),
        bytes_sent=sum(each.bytes_sent for each in used),
        bytes_received=sum(each.bytes_received for each in used),
    )
