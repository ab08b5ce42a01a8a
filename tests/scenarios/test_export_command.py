"""An operator exports at the command line: planned, paused, watched and reported on (FEATURES I13, I14, N11)."""

import csv
import io
import json

import pytest

from tests.scenarios.exporting import let_wait, look
from tests.scenarios.house import House
from tests.scenarios.operator import type_in
from tests.scenarios.troubles import ask


@pytest.mark.proof
async def test_an_operator_exports_at_the_command_line(house: House) -> None:
    """What waits for a worker says so; a dry run shows what would be held and what to type next; paused, resumed and
    watched, it ends with what the API tells of it, and a sheet that has every row.
    """
    await ask(house.app.post("/invoices/bulk", json={"count": 6, "customers": 3, "prefix": "bulk"}))
    line = {"id": "l1", "description": "Gold", "unit_price": "10.00", "tax": "gst", "category": "gold"}
    await house.edit("bulk_6", lines=[line])
    await let_wait(house)
    await house.drain()
    connection = house.path.rpartition("/")[2]

    early = await type_in(house, "export", "plan", connection, "--stage", "payments", "--wait", 1)
    assert (early.code, early.out, "No worker has begun it." in early.said) == (3, "", True)
    second = await type_in(house, "export", "run", connection, "--stage", "items")
    assert (second.code, "wait for it, or cancel it" in second.words) == (2, True)
    [listed] = (await type_in(house, "export", "list", connection, "--json")).json
    export = listed["id"]

    planned = await type_in(house, "export", "watch", export, is_working=True)
    assert planned.code == 1
    for said in (
        "contacts, items, invoices",
        "invoice created 5 AUD",
        "invoice bulk_6",
        "export start " + export,
    ):
        assert said in planned.words
    assert await house.list_in_xero() == []

    started = await type_in(house, "export", "start", export, "--wait", 0)
    assert (started.code, "running" in started.words) == (0, True)
    assert "export resume " + export in (await type_in(house, "export", "pause", export)).words
    paused = await type_in(house, "export", "watch", export, "--wait", 1)
    assert (paused.code, "It is paused" in paused.said) == (3, True)
    done = await type_in(house, "export", "resume", export, "--json", is_working=True)
    assert (done.code, done.json["export"]) == (1, await look(house, {"id": export}))
    assert [thing["id"] for thing in done.json["held"]] == ["bulk_6"]
    assert len(await house.list_in_xero()) == 5

    sheet = (await type_in(house, "export", "report", export)).out.lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(sheet)))
    assert [row["kind"] for row in rows] == ["contact"] * 3 + ["invoice"] * 6 + ["sum"] * 2
    lines = (await type_in(house, "export", "report", export, "--json")).out.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [row["partner_id"] for row in rows[:9]]
    late = await type_in(house, "export", "cancel", export)
    assert (late.code, "cannot be told to cancel" in late.said) == (2, True)
    for unknown in (("watch", connection), ("list", export), ("run", export, "--stage", "items")):
        assert (await type_in(house, "export", *unknown)).code == 2
