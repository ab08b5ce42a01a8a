"""Exports by the API: what may be ordered when and by whom, how the report comes, and how one watches."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from app.commands.acts.new_partner import create_partner
from app.db.exports.export_runs import get_export_anew, save_export
from app.db.exports.export_things import insert_things, save_outcomes, tally_things
from app.domain.connections.connection import ConnectionState
from app.domain.exports.export import ExportOutcome, ExportState, ThingKind, sum_up
from app.domain.exports.export_outcome import Result
from app.domain.exports.export_thing import DoneThing, Face, PlannedThing
from app.reconcile.exports.timer import ExportTimer
from app.wiring.ground import open_ground
from tests.integration.api.driver import Plumbline, name_faults

Json = dict[str, Any]


async def order(plumbline: Plumbline, path: str, **asked: Any) -> Json:
    """An export that is taken."""
    answer = await plumbline.http.post(f"{path}/exports", json={"stages": ["invoices"]} | asked)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def tell(plumbline: Plumbline, path: str, export: Json, what: str) -> tuple[int, str]:
    """The status of the answer to an order, and the export's state or the kind of the problem."""
    answer = await plumbline.http.post(f"{path}/exports/{export['id']}/{what}")
    said = answer.json()
    return answer.status_code, said.get("state") or said["type"]


async def test_an_export_is_a_dry_run_from_the_settings_day_unless_it_says_otherwise(
    plumbline: Plumbline,
) -> None:
    """Stages that others need are added and named; null is all invoices (I7, I14)."""
    path = await plumbline.open_active()
    await plumbline.http.patch(f"{path}/settings", json={"sync_from": "2026-07-01"})
    shown = await order(plumbline, path, stages=["payments", "contacts"], note="before the visit")
    assert (shown["state"], shown["dry_run"], shown["from"]) == ("running", True, "2026-07-01")
    assert shown["stages"] == ["contacts", "items", "invoices", "payments"]
    assert (shown["implied"], shown["note"]) == (["items", "invoices"], "before the visit")
    assert (shown["calls"]["spent"], shown["calls"]["needed"], shown["progress"]) == (0, None, [])
    assert await tell(plumbline, path, shown, "cancel") == (200, "cancelled")
    every = await order(plumbline, path, **{"from": None})
    assert every["from"] is None
    await tell(plumbline, path, every, "cancel")
    late = await order(plumbline, path, **{"from": "2026-11-01", "to": "2026-11-01"}, dry_run=False)
    assert (late["from"], late["to"]) == ("2026-11-01", "2026-11-01")
    assert (late["dry_run"], late["started_at"] is None) == (False, False)
    assert await plumbline.count_nudges() == 1


NO_EXPORTS: list[tuple[Json, str]] = [
    ({"stages": []}, "stages"),
    ({}, "stages"),
    ({"stages": ["quotes"]}, "stages.0"),
    ({"stages": ["items"], "from": "yesterday"}, "from"),
    ({"stages": ["items"], "from": "2026-09-01", "to": "2026-08-31"}, "to"),
    ({"stages": ["items"], "note": "n" * 201}, "note"),
    ({"stages": ["items"], "until": "2026-01-01"}, "until"),
]


async def test_what_cannot_be_asked_is_refused_by_field(plumbline: Plumbline) -> None:
    """Nothing is stored of it."""
    path = await plumbline.open_active()
    for asked, field in NO_EXPORTS:
        answer = await plumbline.http.post(f"{path}/exports", json=asked)
        assert (answer.status_code, name_faults(answer)) == (422, [field]), asked
        assert (await plumbline.http.get(f"{path}/exports")).json()["data"] == [], asked


async def test_one_export_at_a_time_and_every_order_twice(plumbline: Plumbline) -> None:
    """A second one is refused and names the first; an order that makes no sense is refused, one given again is not."""
    path = await plumbline.open_active()
    first = await order(plumbline, path, dry_run=False)
    second = await plumbline.http.post(f"{path}/exports", json={"stages": ["contacts"]})
    assert (second.status_code, second.json()["type"]) == (409, "/problems/export_under_way")
    assert second.json()["export_id"] == first["id"]
    assert [await tell(plumbline, path, first, "pause") for _ in range(2)] == [(200, "paused")] * 2
    assert (await plumbline.http.post(f"{path}/exports", json={"stages": ["items"]})).status_code == 409
    assert [await tell(plumbline, path, first, "resume") for _ in range(2)] == [(200, "running")] * 2
    assert await tell(plumbline, path, first, "start") == (200, "running")
    assert [await tell(plumbline, path, first, "cancel") for _ in range(2)] == [(200, "cancelled")] * 2
    assert await tell(plumbline, path, first, "resume") == (409, "/problems/wrong_state")
    other = await order(plumbline, path)
    assert await tell(plumbline, path, other, "start") == (409, "/problems/wrong_state")
    page = (await plumbline.http.get(f"{path}/exports", params={"limit": 1})).json()
    rest = (await plumbline.http.get(f"{path}/exports", params={"limit": 1, "cursor": page["next"]})).json()
    assert [one["id"] for one in page["data"] + rest["data"]] == [other["id"], first["id"]]


async def test_only_members_order_and_only_the_owner_sees(plumbline: Plumbline) -> None:
    """A reader watches; another partner's export, and another connection's, is answered like none that exists."""
    path, elsewhere = await plumbline.open_active(), await plumbline.open_active()
    export = await order(plumbline, path)
    other = await create_partner(plumbline.settings, "Another", None)
    async with plumbline.as_partner(other["api_key"]) as stranger:
        for rest in ("", "/report", "/report.csv", "/events"):
            assert (await stranger.get(f"{path}/exports/{export['id']}{rest}")).status_code == 404
            for lost in (f"{elsewhere}/exports/{export['id']}", f"{path}/exports/{uuid4()}"):
                assert (await plumbline.http.get(lost + rest)).status_code == 404
        assert (await stranger.post(f"{path}/exports/{export['id']}/cancel")).status_code == 404
    pending = (await plumbline.open_connection("biz_9"))["id"]
    early = await plumbline.http.post(f"/v1/connections/{pending}/exports", json={"stages": ["items"]})
    assert (early.status_code, early.json()["type"]) == (409, "/problems/not_authorised_yet")
    await plumbline.execute("UPDATE api_keys SET role = 'read'")
    assert (await plumbline.http.get(f"{path}/exports/{export['id']}")).status_code == 200
    assert await tell(plumbline, path, export, "cancel") == (403, "/problems/forbidden")


AUD: Json = {"currency": "AUD", "customer": '=HYPERLINK("http://x")', "xero_page_id": "x-1"}
THINGS = [
    PlannedThing(
        ThingKind.CONTACT,
        uuid4(),
        False,
        Result(ExportOutcome.CREATED),
        Face("cus_1", xero_page_id="c-1", xero_id="c-1"),
    ),
    PlannedThing(
        ThingKind.INVOICE,
        uuid4(),
        False,
        Result(ExportOutcome.CREATED),
        Face("inv_1", xero_id="x-1", partner_number="N-1", total=Decimal("110"), **AUD),
    ),
    PlannedThing(
        ThingKind.PAYMENT,
        uuid4(),
        False,
        Result(ExportOutcome.HELD, "payment_exceeds_due", "Too much.", "Correct it."),
        Face("inv_1", total=Decimal("120"), **AUD),
        key="p1",
        paths=("payments/p1",),
    ),
]


async def list_things(plumbline: Plumbline, export: Json) -> None:
    """What a worker lists of it: a customer, an invoice, and a payment that is held."""
    async with plumbline.database.writing() as session:
        await insert_things(session, UUID(export["id"]), THINGS)
        await insert_things(session, UUID(export["id"]), THINGS)
        run = await get_export_anew(session, UUID(export["id"]))
        progress = sum_up(run.stages, await tally_things(session, run.id))
        now = datetime.now(UTC)
        await save_export(session, replace(run, state=ExportState.PLANNED, listed_at=now, progress=progress))


async def test_the_report_comes_in_pages_and_as_a_sheet(plumbline: Plumbline) -> None:
    """Filtered by stage and outcome, with links into Xero and sums; no cell of the sheet is a formula (N11)."""
    path = await plumbline.open_active()
    export = await order(plumbline, path, stages=["overpayments"])
    address = f"{path}/exports/{export['id']}"
    await list_things(plumbline, export)
    planned = (await plumbline.http.get(address)).json()
    assert (planned["state"], planned["calls"]["needed"], planned["calls"]["fits_today"]) == (
        "planned",
        2,
        True,
    )
    assert planned["estimated_end"] > planned["planned_at"]
    assert [(each["stage"], each["total"], each["foreseen"]) for each in planned["progress"]][:3] == [
        ("contacts", 1, {"created": 1}), ("items", 0, {}), ("invoices", 1, {"created": 1}),
    ]  # fmt: skip

    page = (await plumbline.http.get(f"{address}/report", params={"limit": 2})).json()
    rest = (await plumbline.http.get(f"{address}/report", params={"limit": 2, "cursor": page["next"]})).json()
    shown = page["data"] + rest["data"]
    assert ([one["kind"] for one in shown], rest["next"]) == (["contact", "invoice", "payment"], None)
    assert [one["deep_link"].partition("!Ab1c2")[2] for one in shown] == [
        "/contacts/contact/c-1", "/invoicing/view/x-1", "/invoicing/view/x-1",
    ]  # fmt: skip
    assert (shown[2]["id"], shown[2]["invoice_id"], shown[2]["code"]) == (
        "p1",
        "inv_1",
        "payment_exceeds_due",
    )
    assert (shown[2]["cure"], shown[2]["paths"], shown[2]["outcome"]) == (
        "Correct it.",
        ["payments/p1"],
        None,
    )
    assert [(one["kind"], one["outcome"], one["things"], one["total"]) for one in page["sums"]] == [
        ("invoice", "created", 1, "110.00"), ("payment", "held", 1, "120.00"),
    ]  # fmt: skip
    for only, found in (({"stage": "payments"}, ["p1"]), ({"outcome": "created"}, ["cus_1", "inv_1"])):
        narrowed = (await plumbline.http.get(f"{address}/report", params=only)).json()
        assert [one["id"] for one in narrowed["data"]] == found
    assert (await plumbline.http.get(f"{address}/report", params={"outcome": "lost"})).status_code == 422

    sheet = await plumbline.http.get(f"{address}/report.csv")
    assert sheet.headers["content-type"].startswith("text/csv")
    assert sheet.headers["content-disposition"] == f'attachment; filename="export-{export["id"]}.csv"'
    rows = list(csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    assert [row["kind"] for row in rows] == ["contact", "invoice", "payment", "sum", "sum"]
    assert rows[1]["customer"] == '\'=HYPERLINK("http://x")'
    assert (rows[2]["partner_id"], rows[2]["planned"], rows[2]["total"]) == ("p1", "held", "120.00")

    await tell(plumbline, path, export, "start")
    async with plumbline.database.writing() as session:
        done = DoneThing(page["data"][1]["number"], Result(ExportOutcome.ADOPTED), THINGS[1].face)
        await save_outcomes(session, [done], datetime.now(UTC))
    narrowed = (await plumbline.http.get(f"{address}/report", params={"outcome": "adopted"})).json()
    assert [(one["id"], one["planned"], one["outcome"]) for one in narrowed["data"]] == [
        ("inv_1", "created", "adopted")
    ]
    assert [(one["kind"], one["outcome"]) for one in narrowed["sums"]] == [("invoice", "adopted")]


async def test_events_end_with_an_export_at_rest_and_begin_where_one_was(plumbline: Plumbline) -> None:
    """The last state is always told; an id that is none of ours is refused."""
    path = await plumbline.open_active()
    export = await order(plumbline, path)
    address = f"{path}/exports/{export['id']}/events"
    await tell(plumbline, path, export, "cancel")
    for headers in ({}, {"Last-Event-ID": "1"}, {"Last-Event-ID": "999"}):
        told = await plumbline.http.get(address, headers=headers)
        assert told.headers["content-type"].startswith("text/event-stream")
        lines = told.text.splitlines()
        assert lines[0] == "event: end"
        [data] = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
        assert (json.loads(data)["state"], json.loads(data)["from"]) == ("cancelled", None)
        assert f"id: {json.loads(data)['number']}" in lines
    refused = await plumbline.http.get(address, headers={"Last-Event-ID": "seven"})
    assert (refused.status_code, name_faults(refused)) == (422, ["Last-Event-ID"])


async def test_an_export_of_a_connection_that_is_removed_fails_and_one_that_stands_still_is_woken(
    plumbline: Plumbline,
) -> None:
    """By the timer, in words; a run whose connection is behind is left to whoever works on it."""
    path = await plumbline.open_active()
    export = await order(plumbline, path)
    async with open_ground(plumbline.settings) as ground:
        timer = ExportTimer(ground.database, ground.waker, ground.clock)
        assert await timer.nudge_due() == 0
        await plumbline.execute("UPDATE connections SET settled_generation = generation")
        assert [await timer.nudge_due(), await timer.nudge_due()] == [1, 0]
        await plumbline.set_state(path, ConnectionState.REMOVED)
        assert [await timer.nudge_due(), await timer.nudge_due()] == [0, 0]
    ended = (await plumbline.http.get(f"{path}/exports/{export['id']}")).json()
    assert (ended["state"], ended["reason"]["code"]) == ("failed", "connection_removed")
    assert ended["ended_at"] is not None
