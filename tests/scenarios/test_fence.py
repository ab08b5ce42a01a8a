"""The fence of a single statement: it waits for whoever has the connection, and then sees what that one committed."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from app.db.link_record import save_links_fenced
from app.db.links import list_by_partner_id
from app.domain.link import InvoiceLink
from app.errors import LeaseLost
from app.reconcile.lease import Lease
from tests.scenarios.house import House
from tests.scenarios.troubles import rows, until

LOCKING = text("UPDATE connections SET generation = generation + 1 WHERE id = :id")
RAISING = text("UPDATE invoice_links SET generation = generation + 1, touched_at = touched_at WHERE id = :id")
LOSING = text("UPDATE connections SET lease_owner = 'another' WHERE id = :id")
WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


async def begin(house: House) -> tuple[Lease, InvoiceLink]:
    """A lease, and the settled link of an invoice."""
    await house.write()
    await house.drain()
    lease = await Lease.take(house.database, house.clock, UUID(house.connection_id))
    assert lease is not None
    async with house.database.reading() as session:
        [link] = await list_by_partner_id(session, lease.connection_id, ["inv_1"])
    return lease, link


async def save(house: House, lease: Lease, link: InvoiceLink) -> None:
    """Note on the link what is about to be tried, as before a call."""
    tried = replace(link, hub=replace(link.hub, unanswered={"reference": "tried"}))
    async with lease.recording_one() as fenced:
        await save_links_fenced(fenced, [tried], house.clock.now())


async def wait_for_the_lock(house: House, saving: "asyncio.Task[None]") -> None:
    """Return once the statement waits for whoever has the connection."""

    async def is_waiting() -> bool:
        return saving.done() or bool(await rows(house, WAITING))

    await until(is_waiting)
    assert not saving.done()


async def find_row(house: House) -> tuple[int, int, object]:
    """The link's generations, and what is noted on it."""
    asked = "SELECT generation, settled_generation, unanswered FROM invoice_links"
    [row] = await rows(house, asked)
    return row["generation"], row["settled_generation"], row["unanswered"]


async def test_a_trigger_that_commits_while_it_waits_stays(house: House) -> None:
    """Both are kept: what the trigger raised, and what is noted; the link is behind for the trigger."""
    lease, link = await begin(house)
    async with house.database.writing() as session:
        await session.execute(LOCKING, {"id": lease.connection_id})
        await session.execute(RAISING, {"id": link.id})
        saving = asyncio.create_task(save(house, lease, link))
        await wait_for_the_lock(house, saving)
    await saving
    generation, settled, unanswered = await find_row(house)
    assert (generation, settled) == (link.generation + 1, link.generation)
    assert unanswered == {"reference": "tried"}


async def test_it_notes_nothing_once_the_lease_is_anothers(house: House) -> None:
    """Also where it is lost while the statement waits."""
    lease, link = await begin(house)
    before = await find_row(house)
    async with house.database.writing() as session:
        await session.execute(LOSING, {"id": lease.connection_id})
        saving = asyncio.create_task(save(house, lease, link))
        await wait_for_the_lock(house, saving)
    with pytest.raises(LeaseLost):
        await saving
    with pytest.raises(LeaseLost):
        await save(house, lease, link)
    assert await find_row(house) == before
