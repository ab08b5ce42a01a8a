"""Usage by API: calls and bytes by day and entity, what is left, and the price; each partner sees its own."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from app.clock import ManualClock, SystemClock
from app.commands.acts.new_partner import create_partner
from app.db.upkeep.usage import UsageBook, add_usage
from app.domain.connections.usage import LinkUsage, Usage
from app.xero.budget import CallMade, Remaining
from app.xero.usage import CallCounter
from tests.integration.api.driver import Plumbline, document, name_faults

GB = 10**9
DAY = date(2026, 11, 20)


def used(path: str, on: date = DAY, entity: str = "Invoices", method: str = "GET", **numbers: int) -> Usage:
    """What was counted for the connection of an address."""
    whole = {"calls": 1, "bytes_sent": 0, "bytes_received": 100} | numbers
    return Usage(UUID(path.split("/")[3]), on, entity, method, **whole)


async def keep(plumbline: Plumbline, *counts: Usage) -> None:
    """Keep these, as a reconcile does at its end."""
    async with plumbline.database.writing_bare() as driver:
        await add_usage(driver, counts)


async def open_active(plumbline: Plumbline, business_id: str) -> str:
    """The address of a further connection, which stands in Xero's list of the app's connections."""
    connection_id = (await plumbline.open_connection(business_id))["id"]
    joined = "UPDATE connections SET state = 'active', xero_connection_id = 'x' WHERE id = :id"
    await plumbline.execute(joined, id=connection_id)
    return f"/v1/connections/{connection_id}"


async def test_a_day_is_told_by_entity(plumbline: Plumbline) -> None:
    """Batches add up; methods are told apart; days outside are not told."""
    path = await plumbline.open_active()
    await keep(plumbline, used(path), used(path, method="PUT", bytes_sent=70, bytes_received=30))
    await keep(plumbline, used(path, calls=2), used(path, entity="Contacts"), used(path, DAY - timedelta(30)))
    asked = {"from": "2026-11-19", "to": "2026-11-20"}
    shown = (await plumbline.http.get(f"{path}/usage", params=asked)).json()
    assert (shown["from"], shown["to"]) == (asked["from"], asked["to"])
    assert shown["data"] == [
        {
            "on": "2026-11-20",
            "entity": "Contacts",
            "calls": 1,
            "bytes_sent": 0,
            "bytes_received": 100,
            "methods": {"GET": 1},
        },
        {
            "on": "2026-11-20",
            "entity": "Invoices",
            "calls": 4,
            "bytes_sent": 70,
            "bytes_received": 230,
            "methods": {"GET": 3, "PUT": 1},
        },
    ]
    assert shown["total"] == {"calls": 5, "bytes_sent": 70, "bytes_received": 330}


async def test_what_is_left_is_counted_where_xero_said_nothing(plumbline: Plumbline) -> None:
    """By the calls of today (UTC), against the plan's day."""
    path = await plumbline.open_active()
    await keep(plumbline, used(path, datetime.now(UTC).date(), calls=7))
    left = (await plumbline.http.get(f"{path}/usage")).json()["left"]
    assert left == {
        "minute": None,
        "day": {"allowance": 5000, "left": 4993, "said_by": "count"},
        "told_at": None,
    }


async def test_the_price_is_the_months_and_each_connection_bears_its_part(plumbline: Plumbline) -> None:
    """14 GB on the plan Core, which has 10: 4 GB at 2.40, by bytes; the organisation's own answers are free."""
    one, two = await open_active(plumbline, "biz_1"), await open_active(plumbline, "biz_2")
    await keep(
        plumbline,
        used(one, date(2026, 11, 1), bytes_received=10 * GB + GB // 2),
        used(one, date(2026, 11, 1), entity="Organisation", bytes_received=50 * GB),
        used(two, date(2026, 11, 30), entity="Contacts", bytes_received=3 * GB + GB // 2),
        used(two, date(2026, 10, 31), bytes_received=9 * GB),
    )
    asked = {"from": "2026-11-20", "to": "2026-11-20"}
    price = (await plumbline.http.get(f"{one}/usage", params=asked)).json()["price"]
    assert price == {
        "plan": "core",
        "plan_aud_per_month": "35",
        "month": "2026-11",
        "egress_bytes": 10_500_000_000,
        "egress_allotment_bytes": 10_000_000_000,
        "share_of_allotment": "1.050000",
        "overage_aud": "7.20",
        "overage_aud_per_gb": "2.40",
    }
    november = {"from": "2026-11-01", "to": "2026-11-30"}
    whole = (await plumbline.http.get("/v1/usage", params=november)).json()
    assert (whole["price"]["egress_bytes"], whole["price"]["overage_aud"]) == (14_000_000_000, "9.60")
    assert whole["connections"] == {"allowance": 50, "used": 2}
    assert [(each["business_id"], each["overage_aud"]) for each in whole["data"]] == [
        ("biz_1", "7.20"),
        ("biz_2", "2.40"),
    ]
    assert whole["total"]["calls"] == 3
    heaviest = (await plumbline.http.get("/v1/usage", params=november | {"limit": 1})).json()
    assert ([each["business_id"] for each in heaviest["data"]], heaviest["total"]) == (
        ["biz_1"],
        whole["total"],
    )


@pytest.mark.parametrize("sort", ["-received", "created"])
async def test_all_connections_are_walked_page_by_page(plumbline: Plumbline, sort: str) -> None:
    """Each once, also where several used as much or nothing; the totals are of all on every page."""
    opened = [await open_active(plumbline, f"biz_{n}") for n in range(5)]
    for n, received in enumerate((100, 300, 0, 300, 200)):
        await keep(plumbline, *([used(opened[n], bytes_received=received)] if received else []))
    days = {"from": "2026-11-20", "to": "2026-11-20", "sort": sort}
    whole = (await plumbline.http.get("/v1/usage", params=days)).json()
    assert whole["next"] is None
    walked: list[list[dict[str, object]]] = []
    cursor: dict[str, str] | None = {}
    while cursor is not None:
        page = (await plumbline.http.get("/v1/usage", params={**days, **cursor, "limit": 2})).json()
        walked.append(page["data"])
        assert (page["total"], page["price"]) == (whole["total"], whole["price"])
        cursor = {"cursor": page["next"]} if page["next"] else None
    assert [len(page) for page in walked] == [2, 2, 1]
    assert [each for page in walked for each in page] == whole["data"]
    listed = [each["business_id"] for each in whole["data"]]
    if sort == "created":
        assert listed == [f"biz_{n}" for n in range(5)]
    else:
        assert ({*listed[:2]}, listed[2:]) == ({"biz_1", "biz_3"}, ["biz_4", "biz_0", "biz_2"])


async def test_a_connection_opened_meanwhile_comes_last(plumbline: Plumbline) -> None:
    """As they were opened, none is passed over whatever is used between two pages."""
    opened = [await open_active(plumbline, f"biz_{n}") for n in range(3)]
    days: dict[str, str | int] = {"from": "2026-11-20", "to": "2026-11-20", "sort": "created", "limit": 2}
    first = (await plumbline.http.get("/v1/usage", params=days)).json()
    await keep(plumbline, used(opened[2], bytes_received=900))
    await open_active(plumbline, "biz_3")
    rest = (await plumbline.http.get("/v1/usage", params=days | {"cursor": first["next"]})).json()
    assert [one["business_id"] for one in first["data"] + rest["data"]] == [f"biz_{n}" for n in range(4)]
    assert rest["data"][0]["bytes_received"] == 900


async def test_a_cursor_of_other_days_or_another_sort_is_refused(plumbline: Plumbline) -> None:
    """So is one that is none of ours."""
    for n in range(2):
        await open_active(plumbline, f"biz_{n}")
    days = {"from": "2026-11-20", "to": "2026-11-20"}
    cursor = (await plumbline.http.get("/v1/usage", params=days | {"limit": 1})).json()["next"]
    for other in (
        days | {"to": "2026-11-21", "cursor": cursor},
        days | {"sort": "created", "cursor": cursor},
        days | {"cursor": "x"},
        days | {"cursor": f"{cursor[:-4]}eHh4"},
    ):
        answer = await plumbline.http.get("/v1/usage", params=other)
        assert (answer.status_code, name_faults(answer)) == (422, ["cursor"])


async def test_another_partner_sees_nothing_of_it(plumbline: Plumbline) -> None:
    """Neither the connection nor its part of a sum."""
    path = await open_active(plumbline, "biz_1")
    await keep(plumbline, used(path))
    other = await create_partner(plumbline.settings, "Another app", None)
    async with plumbline.as_partner(other["api_key"]) as http:
        assert (await http.get(f"{path}/usage")).status_code == 404
        whole = (await http.get("/v1/usage")).json()
    assert (whole["data"], whole["total"]["calls"], whole["connections"]["used"]) == ([], 0, 0)


async def test_an_invoice_bears_its_shares_and_its_part_of_the_price(plumbline: Plumbline) -> None:
    """Parts of calls by day, added up; the rest of what the connection used was for none of its links (N9)."""
    path = await plumbline.open_active()
    (await plumbline.http.put(f"{path}/invoices/inv_1", json=document())).raise_for_status()
    [(link_id,)] = await plumbline.execute("SELECT id FROM invoice_links")
    await keep(plumbline, used(path, calls=3, bytes_received=14 * GB))
    for share in ("0.333333", "0.666667"):
        part = LinkUsage(link_id, UUID(path.split("/")[3]), DAY, Decimal(share), 7, 3 * GB + GB // 2)
        async with plumbline.database.writing_bare() as driver:
            await add_usage(driver, (), [part])
    asked = {"from": "2026-11-20", "to": "2026-11-20"}
    shown = (await plumbline.http.get(f"{path}/invoices/inv_1/usage", params=asked)).json()
    whole = {"calls": "1.000000", "bytes_sent": 14, "bytes_received": 7 * GB}
    assert (shown["data"], shown["total"]) == ([{"on": "2026-11-20", **whole}], whole)
    assert (shown["price"]["egress_bytes"], shown["price"]["overage_aud"]) == (7 * GB, "4.80")
    usage = (await plumbline.http.get(f"{path}/usage", params=asked)).json()
    assert (usage["total"]["calls"], usage["on_links"]) == (3, whole)
    assert (await plumbline.http.get(f"{path}/invoices/inv_9/usage")).status_code == 404


@pytest.mark.parametrize(
    "days", [{"from": "2026-11-21", "to": "2026-11-20"}, {"from": "2024-01-01", "to": "2026-11-20"}]
)
async def test_days_that_make_no_sense_are_refused(plumbline: Plumbline, days: dict[str, str]) -> None:
    """Backwards, or more than a year of them."""
    answer = await plumbline.http.get("/v1/usage", params=days)
    assert (answer.status_code, name_faults(answer)) == (422, ["from"])


async def test_counts_wait_for_a_database_that_is_gone(plumbline: Plumbline) -> None:
    """Nobody's work fails for them, nothing is lost, and nothing is kept twice."""
    connection_id = UUID((await open_active(plumbline, "biz_1")).split("/")[3])
    counter = CallCounter(ManualClock(SystemClock().now()))
    book = UsageBook(plumbline.database, counter)
    made = CallMade("t", "GET", "/api.xro/2.0/Items", 200, 0, 10, timedelta(), Remaining(), None)
    counter.count(connection_id, made)
    await plumbline.execute("ALTER TABLE xero_usage RENAME TO gone")
    await book.save()
    counter.count(connection_id, made)
    await plumbline.execute("ALTER TABLE gone RENAME TO xero_usage")
    await book.save()
    await book.save()
    rows = await plumbline.execute("SELECT entity, calls, bytes_received FROM xero_usage")
    assert [tuple(row) for row in rows] == [("Items", 2, 20)]
