"""A look at what the loop would do about many invoices at once: the ground of a dry run of an export (N11)."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import event

from app.db.invoices.invoice_links import list_by_partner_id
from app.domain.invoices.preview import Preview, StepKind
from app.reconcile.preview import preview
from tests.integration.api.driver import Plumbline, document, line

CATEGORY = [line(category=None)]


@contextmanager
def counting(plumbline: Plumbline) -> Iterator[list[str]]:
    """Every statement that the database is asked in the block."""
    asked: list[str] = []
    engine = plumbline.database._engine.sync_engine

    def note(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def look(plumbline: Plumbline, path: str, ids: list[str]) -> dict[str, Preview]:
    """The previews of these invoices, by id."""
    connection = await plumbline.get_connection(path)
    async with plumbline.database.reading() as session:
        links = await list_by_partner_id(session, UUID(path.split("/")[3]), ids)
        return {seen.link.partner_invoice_id: seen for seen in await preview(session, connection, links)}


async def test_many_cost_no_more_queries_than_one(plumbline: Plumbline) -> None:
    """Plans for all, in as many statements as for one; nothing is written, and nobody is called."""
    path = await plumbline.open_active()
    ids = [f"inv_{n}" for n in range(20)]
    for n, each in enumerate(ids):
        sent = document(
            id=each, number=f"N-{n}", lines=CATEGORY, contact={"id": f"cus_{n}", "name": f"Kim {n}"}
        )
        await plumbline.http.put(f"{path}/invoices/{each}", json=sent)
    before = await plumbline.execute("SELECT xmin::text FROM invoice_links ORDER BY id")
    with counting(plumbline) as of_one:
        await look(plumbline, path, ids[:1])
    with counting(plumbline) as of_many:
        seen = await look(plumbline, path, ids)
    assert len(of_many) == len(of_one) < 15
    assert {tuple(step.kind for step in each.steps) for each in seen.values()} == {
        (StepKind.MAKE_CONTACT, StepKind.CREATE)
    }
    assert await plumbline.execute("SELECT xmin::text FROM invoice_links ORDER BY id") == before


async def test_of_two_with_one_number_the_second_is_held(plumbline: Plumbline) -> None:
    """As the loop would have it; one whose number another link has in Xero is told whose."""
    path = await plumbline.open_active()
    for each in ("inv_1", "inv_2"):
        await plumbline.http.put(f"{path}/invoices/{each}", json=document(id=each, lines=CATEGORY))
    seen = await look(plumbline, path, ["inv_1", "inv_2"])
    holds = {each: found.hold.code if found.hold else None for each, found in seen.items()}
    assert sorted(holds.values(), key=str) == [None, "number_taken"]
    await plumbline.execute(
        "UPDATE invoice_links SET xero_number = 'INV-0042', xero_invoice_id = 'x-1', settled_generation = generation"
        " WHERE partner_invoice_id = 'inv_1'"
    )
    [second] = (await look(plumbline, path, ["inv_2"])).values()
    assert second.hold is not None
    assert (second.hold.code, second.hold.held_by) == ("number_taken", "x-1")
    assert "invoice inv_1 of the app" in second.hold.message
