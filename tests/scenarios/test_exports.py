"""Exports on demand (FEATURES I13, I14, I15, I2, I7, N11): dry runs, stages, bad records, and a worker that dies."""

import csv
import io
from collections import Counter

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.exporting import (
    counts,
    exported,
    foreseen,
    let_wait,
    look,
    report,
    state_of_xero,
    tell,
)
from tests.scenarios.house import House
from tests.scenarios.troubles import ask, numbers_in_xero, writes_since

INVOICES = 120
CUSTOMERS = 60
BAD = {"bulk_7": "category_unmapped", "bulk_8": "tax_unmapped", "bulk_9": "number_taken"}


async def write_backlog(house: House) -> None:
    """So many invoices, three of them bad, that wait for their hour."""
    await ask(
        house.app.post("/invoices/bulk", json={"count": INVOICES, "customers": CUSTOMERS, "prefix": "bulk"})
    )
    line = {"id": "l1", "description": "Gold", "unit_price": "10.00", "tax": "gst", "category": "gold"}
    await house.edit("bulk_7", lines=[line])
    await house.edit("bulk_8", lines=[line | {"category": None, "tax": "vat"}])
    await house.edit("bulk_9", number="BULK-00010")
    await let_wait(house)
    await house.drain()


@pytest.mark.proof
async def test_i13_i14_n11_a_backlog_with_bad_records_is_planned_and_then_carried_out(house: House) -> None:
    """A dry run changes nothing anywhere and says what would come of each; carried out, the rest goes, in few calls,
    and the report is right (I13, I14, N11).
    """
    await write_backlog(house)
    before, since = await state_of_xero(house), await house.last_call()
    dry = await exported(house, "overpayments", note="before the visit")
    assert (dry["state"], dry["dry_run"], dry["implied"]) == (
        "planned", True, ["contacts", "items", "invoices", "payments", "credit_notes"],
    )  # fmt: skip
    made = await house.calls(since)
    assert await state_of_xero(house) == before
    assert {call["method"] for call in made} == {"GET"}
    assert len(made) == dry["calls"]["spent"] <= 1 + 3
    assert foreseen(dry, "contacts") == {"created": CUSTOMERS}
    assert foreseen(dry, "invoices") == {"created": INVOICES - 3, "held": 3}
    assert counts(dry, "invoices") == {"total": INVOICES}
    assert {thing["id"]: thing["code"] for thing in await report(house, dry, outcome="held")} == BAD

    since = await house.last_call()
    assert (await tell(house, dry, "start"))["state"] == "running"
    await house.drain()
    done = await look(house, dry)
    assert (done["state"], done["dry_run"], done["calls"]["needed"]) == ("done", False, None)
    assert counts(done, "invoices") == {"total": INVOICES, "done": INVOICES, "created": 117, "held": 3}
    assert counts(done, "contacts") == {"total": CUSTOMERS, "done": CUSTOMERS, "created": CUSTOMERS}
    assert {thing["id"]: thing["code"] for thing in await report(house, dry, outcome="held")} == BAD
    assert len(await report(house, dry, stage="invoices")) == INVOICES
    assert len(set(await numbers_in_xero(house))) == 117 == len(await house.list_in_xero())
    await assert_alike(house, "bulk_1")
    writes = Counter(await writes_since(house, since))
    assert writes == {("PUT", "/Contacts"): 2, ("PUT", "/Invoices"): 3}
    assert len(await house.calls(since)) <= dry["calls"]["needed"]
    assert done["calls"]["spent"] == dry["calls"]["spent"] + len(await house.calls(since))

    sheet = (await house.api.get(f"{house.path}/exports/{dry['id']}/report.csv")).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(sheet)))
    assert Counter(row["kind"] for row in rows) == {"contact": CUSTOMERS, "invoice": INVOICES, "sum": 2}
    [made_in_xero] = [row for row in rows if (row["kind"], row["outcome"]) == ("sum", "created")]
    assert made_in_xero["total"] == made_in_xero["xero_total"]
