"""The fence of a single statement. One that records alone what a whole transaction would waits for nobody, and does
nothing where somebody has the connection, or had it since it began; any other waits, and sees what he committed.
"""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Text, cast, func, literal, text, update

from app.db.connections.leases import while_alone
from app.db.invoices.invoice_links import list_by_partner_id
from app.db.invoices.link_record import begin_links
from app.db.invoices.recorded import Recorded, save_recorded_alone
from app.db.postgres.given import bare
from app.db.tables import InvoiceLinkRow
from app.domain.invoices.link import InvoiceLink
from app.errors import LeaseLost
from app.reconcile.lease import Lease
from tests.scenarios.house import House
from tests.scenarios.troubles import rows, until

LOCKING = text("UPDATE connections SET generation = generation + 1 WHERE id = :id")
RAISING = text("UPDATE invoice_links SET generation = generation + 1, touched_at = touched_at WHERE id = :id")
REPLACING = text("UPDATE invoice_links SET document_version = 2 WHERE id = :id")
LOSING = text("UPDATE connections SET lease_owner = 'another' WHERE id = :id")
INTO_DISCREPANCIES = (
    "INSERT INTO discrepancies (connection_id, link_id, kind, path, message, values, moved_by, found_at)"
)
SETTING_APART = text(
    INTO_DISCREPANCIES + " VALUES (:id, :link, 'total', 'total', 'apart', '{}', 'unknown', now())"
)
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
        await begin_links(fenced, [tried], house.clock.now(), {})


async def test_it_notes_nothing_where_the_app_sent_another_document(house: House) -> None:
    """What was planned is no longer what the app wants: also where that comes while the statement waits."""
    lease, link = await begin(house)
    before = await find_row(house)
    async with house.database.writing() as session:
        await session.execute(LOCKING, {"id": lease.connection_id})
        await session.execute(REPLACING, {"id": link.id})
        beginning = asyncio.create_task(begin_at(house, lease, link, 1))
        await wait_for_the_lock(house, beginning)
    assert await beginning == set()
    assert await begin_at(house, lease, link, 1) == set()
    assert await find_row(house) == before
    assert await begin_at(house, lease, link, 2) == {link.id}


async def begin_at(house: House, lease: Lease, link: InvoiceLink, version: int) -> set[UUID]:
    """As before a call that was planned when the app's document had that version; on which links it is noted."""
    async with lease.recording_one() as fenced:
        return await begin_links(fenced, [link], house.clock.now(), {link.id: version})


async def wait_for_the_lock(house: House, saving: "asyncio.Task[Any]") -> None:
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
    assert (generation, settled) == (link.generation + 1, link.generation - 1)
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


async def save_alone(house: House, lease: Lease, link: InvoiceLink) -> bool:
    """Record a link of which nothing else is to be seen to, as after a call, by the settings of when it was taken."""
    recorded = replace(
        link, generation=link.generation + 1, hub=replace(link.hub, unanswered={"reference": "new"})
    )
    whole = Recorded([recorded], house.clock.now(), set(), [link.id], {}, [])
    async with lease.recording_one() as fenced:
        return await save_recorded_alone(fenced, whole, lease.seen.settings_version)


async def test_it_records_alone_where_nobody_else_has_the_connection(house: House) -> None:
    """And does not wait for who has it: the transaction does that comes then."""
    lease, link = await begin(house)
    before = await find_row(house)
    async with house.database.writing() as session:
        await session.execute(LOCKING, {"id": lease.connection_id})
        assert not await save_alone(house, lease, link)
    assert await find_row(house) == before
    assert await save_alone(house, lease, link)
    assert await find_row(house) == (link.generation, link.generation + 1, {"reference": "new"})


async def test_it_records_nothing_alone_where_something_is_left_for_people(house: House) -> None:
    """What is left of the link has to be looked at, which is the transaction's."""
    lease, link = await begin(house)
    before = await find_row(house)
    async with house.database.writing() as session:
        await session.execute(SETTING_APART, {"id": lease.connection_id, "link": link.id})
    assert not await save_alone(house, lease, link)
    assert await find_row(house) == before


async def test_it_records_nothing_alone_where_other_settings_were_chosen(house: House) -> None:
    """By those the link may stand otherwise, so the transaction leaves it behind."""
    lease, link = await begin(house)
    before = await find_row(house)
    await house.choose(due_days=7)
    assert not await save_alone(house, lease, link)
    assert await find_row(house) == before


async def test_it_records_nothing_alone_once_the_lease_is_anothers(house: House) -> None:
    """As any that holds the fence in itself."""
    lease, link = await begin(house)
    before = await find_row(house)
    async with house.database.writing() as session:
        await session.execute(LOSING, {"id": lease.connection_id})
    assert not await save_alone(house, lease, link)
    assert await find_row(house) == before


async def test_what_is_committed_after_it_began_keeps_it_from_recording(house: House) -> None:
    """It would not see it: the statement is held up here between its beginning and its lock."""
    lease, _ = await begin(house)
    async with house.database.writing() as gate:
        await gate.execute(text("SELECT pg_advisory_xact_lock(7)"))
        saving = asyncio.create_task(save_behind_a_gate(lease))
        await wait_for_the_lock(house, saving)
        async with house.database.writing() as session:
            await session.execute(LOCKING, {"id": lease.connection_id})
    assert not await saving
    assert await save_behind_a_gate(lease)


async def save_behind_a_gate(lease: Lease) -> bool:
    """A statement that records alone, and that stops where it asks what is open."""
    is_open = cast(func.pg_advisory_xact_lock(7), Text) == literal("open")
    link = bare(InvoiceLinkRow)
    statement = while_alone(is_open, lambda ours: [update(link).where(ours).values(unanswered={})])
    async with lease.recording_one() as fenced:
        return await fenced.try_to(statement, {})
