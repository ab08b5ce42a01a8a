"""The database is lost and an older copy of it put back: both sides come together again, and nothing exists twice.

Rehearsed with pg_dump and pg_restore, as docs/operations/backup.md says it.
"""

import asyncio
import shutil
from pathlib import Path

import pytest

from app import schema
from app.commands.acts.restoring import doubt
from app.embedded import postgres
from app.wiring import open_api
from tests.scenarios.both_sides import assert_alike, assert_all_alike
from tests.scenarios.house import House
from tests.scenarios.test_exactly_once import count
from tests.scenarios.troubles import ask, restarted, until


def find_programs() -> Path | None:
    """The folder of pg_dump and pg_restore: the embedded PostgreSQL's, else whatever is on the path."""
    try:
        folder = postgres._find_program().parent
    except SystemExit:
        folder = Path(shutil.which("pg_dump") or "/nowhere").parent
    return folder if (folder / "pg_dump").exists() and (folder / "pg_restore").exists() else None


PROGRAMS = find_programs()
pytestmark = pytest.mark.skipif(PROGRAMS is None, reason="there is no pg_dump to rehearse with")


@pytest.mark.proof
async def test_an_older_copy_comes_together_with_both_sides_and_makes_nothing_twice(
    house: House, tmp_path: Path
) -> None:
    """Invoices were made, sent, paid, credited and edited after it; the app's manifest brings back what is lost."""
    await house.write("inv_paid")
    await house.write("inv_edited")
    await house.write("inv_credited")
    await house.write("inv_draft", status="draft")
    await house.write("inv_plain", number=None)
    await house.drain()
    await save_copy(house, tmp_path / "copy")

    await house.write("inv_new")
    await house.write(
        "inv_numberless",
        number=None,
        contact={"id": "cus_2", "name": "Ari Wood", "email": None, "phone": None},
    )
    await house.edit("inv_draft", status="sent")
    await house.drain()
    for n, credited in enumerate(("inv_credited", "inv_new", "inv_draft")):
        given = [{"id": f"c{n}", "kind": "credit_note", "amount": "20.00", "applied_on": "2026-11-20"}]
        await house.edit(credited, credits=given)
    await house.edit(
        "inv_paid", payments=[{"id": "p1", "amount": "50.00", "paid_on": "2026-11-20", "method": "card"}]
    )
    await house.edit("inv_edited", reference="PO after the copy")
    await house.drain()
    await house.edit_xero("N-inv_edited", DueDate="2077-05-05")
    await house.drain()
    await assert_all_alike(house)
    before, in_app = await count(house), sorted(document["id"] for document in await house.list_in_app())

    await put_back(house, tmp_path / "copy")
    async with restarted(house):
        await house.drain()
        await ask(house.app.post("/manifest"))
        await house.drain()
        await house.sweep()
        assert await count(house) == before
        assert sorted(document["id"] for document in await house.list_in_app()) == in_app
        await assert_all_alike(house)

        await house.edit("inv_numberless", reference="PO 7")
        await house.edit_xero("N-inv_new", Reference="PO 8")
        await house.write("inv_later", number=None)
        await house.drain()
        await assert_all_alike(house)
        after = await count(house)
        assert after["invoices"] == before["invoices"] + 1
        assert {**after, "invoices": before["invoices"]} == before
        assert (await house.in_app("inv_new"))["reference"] == "PO 8"


@pytest.mark.proof
async def test_what_was_paid_beyond_an_invoice_since_the_copy_is_not_booked_twice(
    house: House, tmp_path: Path
) -> None:
    """A payment that is partly an overpayment and one that is all of it are known again, by search and by document."""
    await house.choose(overpayments="book")
    await house.write("inv_part")
    await house.write("inv_whole")
    await house.write("inv_draft", status="draft")
    await house.drain()
    await pay(house, "inv_whole", "p1", "110.00")
    await house.drain()
    await save_copy(house, tmp_path / "copy")

    await pay(house, "inv_part", "p2", "150.00")
    await pay(house, "inv_whole", "p3", "5.00")
    await house.edit("inv_draft", status="sent")
    await pay(house, "inv_draft", "p4", "120.00")
    await house.drain()
    told, before = await tell_paid(house), await count(house)
    assert (before["overpayments"], before["payments"]) == (3, 3)

    await put_back(house, tmp_path / "copy")
    async with restarted(house):
        await house.drain()
        await ask(house.app.post("/manifest"))
        await house.drain()
        await house.sweep()
        assert (await tell_paid(house), await count(house)) == (told, before)
        await pay(house, "inv_part", "p5", "7.00")
        await house.drain()
        assert await count(house) == before | {"overpayments": 4}


@pytest.mark.parametrize("policy", ["newest_wins", "hold"])
async def test_what_the_app_edits_in_a_line_before_an_invoice_is_found_again_is_not_lost(
    house: House, tmp_path: Path, policy: str
) -> None:
    """Xero has the line as it was made, of which the copy knows nothing: nobody edited it there."""
    await house.choose(conflict_policy=policy)
    await house.write("inv_draft", status="draft")
    await save_copy(house, tmp_path / "copy")
    await house.write("inv_1")
    await house.drain()
    [line] = (await house.in_app())["lines"]
    await put_back(house, tmp_path / "copy")
    async with restarted(house):
        await house.edit("inv_1", lines=[line | {"discount_rate": "50", "description": "Half of it"}])
        await house.drain()
        [shown] = (await house.in_app())["lines"]
        assert (shown["discount_rate"], shown["description"]) == ("50", "Half of it")
        if policy == "hold":
            found = {each["path"]: each["values"] for each in await house.conflicts()}
            assert found["lines/l1/discount_rate"] == {"partner": "50", "xero": None}
        else:
            await assert_alike(house)
            [there] = (await house.in_xero("N-inv_1"))["LineItems"]
            assert (there["Description"], float(there["DiscountRate"])) == ("Half of it", 50)


async def tell_paid(house: House) -> dict[str, tuple[str, list[str], bool]]:
    """What the app shows as paid, and that nothing waits."""
    invoices = sorted(await house.list_in_app(), key=lambda invoice: str(invoice["id"]))
    return {
        invoice["id"]: (
            invoice["status"],
            [payment["amount"] for payment in invoice["payments"]],
            (await house.resource(invoice["id"]))["state"] == "settled",
        )
        for invoice in invoices
    }


async def pay(house: House, invoice_id: str, key: str, amount: str) -> None:
    """A person takes a payment in the app."""
    given = {"id": key, "amount": amount, "method": "card"}
    await ask(house.app.post(f"/invoices/{invoice_id}/payments", json=given))


async def save_copy(house: House, path: Path) -> None:
    """pg_dump, in the format that pg_restore takes."""
    await run_program("pg_dump", house, "--format=custom", f"--file={path}")


async def put_back(house: House, path: Path) -> None:
    """The database is gone; the copy takes its place, is brought to the newest schema, and is doubted."""
    url = house.settings.database_url
    name = schema.find_database(url)
    server = schema.with_database(url, "postgres")
    await schema.run_on_server(server, f'DROP DATABASE "{name}" WITH (FORCE)')
    await schema.run_on_server(server, f'CREATE DATABASE "{name}"')
    await run_program("pg_restore", house, "--exit-on-error", str(path))
    await asyncio.to_thread(schema.upgrade, url)
    async with open_api(house.settings) as parts:
        shown = await doubt(parts.services, None, 30)
    assert shown.data["connections"] == 1
    assert shown.data["creates_looked_for"] == 1

    async def is_ready() -> bool:
        return (await house.api.get("/readyz")).is_success

    # Its connections are those of a database that is gone; each is found out once.
    await until(is_ready)
    await house.database.close()


async def run_program(name: str, house: House, *options: str) -> None:
    """One of PostgreSQL's own programs, on the house's database."""
    assert PROGRAMS is not None
    url = house.settings.database_url.replace("+asyncpg", "", 1)
    running = await asyncio.create_subprocess_exec(
        str(PROGRAMS / name), f"--dbname={url}", *options, stderr=asyncio.subprocess.PIPE
    )
    _, said = await running.communicate()
    assert running.returncode == 0, said.decode()
