"""Usage: what the calls to Xero came to, of one connection and of all, beside what Xero allows and what it costs."""

import calendar
from datetime import date, timedelta
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query

from app.api.authentication import OwnConnection, PartnerId
from app.api.dependencies import Given
from app.api.pages import Cursor, Limit, Listing
from app.api.problems import MISSING, documented
from app.api.usage_pages import UsageSort, build_counted, build_page, read_place
from app.api.usage_resource import (
    ConnectionsCounted,
    ConnectionUsageShown,
    PartnerUsage,
    Shared,
    build_days,
    build_left,
    build_price,
    egress_by_connection,
    sum_used,
)
from app.db.upkeep.usage import list_partner_usage, list_usage, sum_link_usage
from app.intake.refusals import Fault, InputRefused
from app.intake.values import Day

router = APIRouter(prefix="/v1", tags=["usage"])

LONGEST_SPAN = timedelta(days=366)


class Days(NamedTuple):
    """The days asked for, both included."""

    since: date
    until: date


class Month(NamedTuple):
    """The days of a calendar month."""

    first: date
    last: date


async def get_days(
    services: Given,
    since: Annotated[
        Day | None, Query(alias="from", description="The first day (UTC); when left out, the month's first.")
    ] = None,
    until: Annotated[
        Day | None, Query(alias="to", description="The last day (UTC); when left out, today.")
    ] = None,
) -> Days:
    """The days asked for; raises `invalid_request`."""
    last = date.fromisoformat(until) if until else services.clock.now().date()
    first = date.fromisoformat(since) if since else last.replace(day=1)
    if first > last:
        raise InputRefused("invalid_request", "The days run backwards.", [Fault("from", "is after `to`")])
    if last - first > LONGEST_SPAN:
        message = f"is more than {LONGEST_SPAN.days} days before `to`"
        raise InputRefused("invalid_request", "These are too many days at once.", [Fault("from", message)])
    return Days(first, last)


AskedDays = Annotated[Days, Depends(get_days)]


@router.get(
    "/connections/{connection_id}/usage",
    operation_id="get_connection_usage",
    summary="What one connection's calls to Xero came to, what is left, and the price",
    responses=documented(*MISSING),
)
async def get_connection_usage(
    services: Given, connection: OwnConnection, days: AskedDays
) -> ConnectionUsageShown:
    """Every request to Xero's API counts, also one that Xero refused or did not answer. Nobody is asked."""
    month, today = find_month(days.until), services.clock.now().date()
    told = await services.calls_left.find_left(connection.tenant_id) if connection.tenant_id else None
    async with services.database.reading() as session:
        used = await list_usage(session, connection.id, *days)
        on_links = await sum_link_usage(session, connection.id, *days)
        of_today = await list_usage(session, connection.id, today, today)
        of_month = await list_partner_usage(session, connection.partner_id, *month)
    egress = egress_by_connection(of_month)
    return ConnectionUsageShown(
        connection_id=connection.id,
        since=days.since,
        until=days.until,
        data=build_days(used),
        total=sum_used(used),
        on_links=Shared(**on_links._asdict()),
        left=build_left(services.plan, told, sum_used(of_today).calls),
        price=build_price(services.plan, month.first, egress.get(connection.id, 0), sum(egress.values())),
    )


@router.get(
    "/usage",
    operation_id="get_usage",
    summary="What all your connections' calls to Xero came to, and the price",
    responses=documented("unauthorised", "invalid_request"),
)
async def get_partner_usage(
    services: Given,
    partner_id: PartnerId,
    days: AskedDays,
    sort: Annotated[
        UsageSort,
        Query(
            description="`-received`: the connections that received the most come first. Where the days reach into "
            "today, figures move while pages are read, and a connection may be passed over or come twice. `created`: "
            "as they were opened, each once."
        ),
    ] = UsageSort.RECEIVED_LAST,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> PartnerUsage:
    """The totals are of all your connections, on every page; each connection's part is listed page by page."""
    listing = Listing("usage", sort, days._asdict())
    after, month = read_place(cursor, listing), find_month(days.until)
    async with services.database.reading() as session:
        used = await list_partner_usage(session, partner_id, *days)
        of_month = await list_partner_usage(session, partner_id, *month)
    egress = egress_by_connection(of_month)
    whole = sum(egress.values())
    counted = {each.connection_id for each in used if each.is_counted_by_xero}
    page = build_page(build_counted(services.plan, used, egress), listing, after, limit)
    return PartnerUsage(
        since=days.since,
        until=days.until,
        data=page.data,
        next=page.next,
        total=sum_used(used),
        connections=ConnectionsCounted(allowance=services.plan.tier.connections, used=len(counted)),
        price=build_price(services.plan, month.first, whole, whole),
    )


def find_month(day: date) -> Month:
    """The calendar month in which a day lies."""
    return Month(day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1]))
