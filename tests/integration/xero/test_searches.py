"""Sweeps and compares against answers that Xero gives when very much, or nothing, has moved (FACTS 4.7)."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from app.clock import SystemClock
from app.db.connections.compares import ask_for_compare
from app.db.contacts.contact_record import insert_contacts_from_xero
from app.db.invoices.invoice_links import insert_links, list_by_xero_id
from app.db.life.tokens import DatabaseTokenStore
from app.db.postgres.session import Database
from app.domain.connections.settings import ConnectionSettings
from app.domain.crossing.gate import ImportFromXero
from app.errors import XeroUnavailable
from app.reconcile.compare import compare_step
from app.reconcile.contacts.keys import born_link
from app.reconcile.contacts.triggers import sweep_contacts
from app.reconcile.lease import Lease
from app.reconcile.round import Round
from app.reconcile.timers.sweep import sweep_xero
from app.xero.contact_from_xero import contact_from_xero
from app.xero.organisations import XeroSdkOrganisations
from tests.integration.api.driver import ORGANISATION
from tests.integration.xero.conftest import Connect, Xero
from tests.integration.xero.odd_server import OddServer

LONG_AGO = datetime(2026, 11, 20, 3, 15, 0, 100_000, UTC)
NewRound = Callable[[], Awaitable[Round]]


@pytest.fixture
async def new_round(
    xero: Xero, odd: OddServer, store: DatabaseTokenStore, connect: Connect, database: Database
) -> AsyncIterator[NewRound]:
    """Rounds of a connection whose Xero is the odd server; each begins as after a restart."""
    connection_id = await connect(await xero.consent(), xero.at.tenant_id)
    settings = json.dumps(ConnectionSettings(import_from_xero=ImportFromXero.OFF).to_json())
    async with database.writing() as session:
        await session.execute(
            text(
                """UPDATE connections SET state = 'active', settings = CAST(:s AS jsonb), created_at = :at,
                organisation_fetched_at = :at"""
            ),
            {"s": settings, "at": LONG_AGO},
        )
    organisations = XeroSdkOrganisations(odd.url, store, xero.identities, SystemClock())

    async def begin() -> Round:
        async with database.writing() as session:
            await session.execute(text("UPDATE connections SET lease_until = NULL"))
        lease = await Lease.take(database, SystemClock(), connection_id)
        assert lease is not None
        organisation = await organisations.open(connection_id)
        connection = await lease.renew()
        return Round(lease, database, SystemClock(), connection, ORGANISATION, organisation)

    yield begin
    organisations.close()


def rows(*ids: str, at: datetime = LONG_AGO) -> list[dict[str, Any]]:
    """Invoices as Xero lists them, all of that instant."""
    stamp = f"/Date({int(at.timestamp() * 1000)}+0000)/"
    of_each = {
        "Type": "ACCREC",
        "Status": "AUTHORISED",
        "LineAmountTypes": "Exclusive",
        "CurrencyCode": "AUD",
        "Contact": {"ContactID": "c-1"},
        "DateString": "2026-11-20T00:00:00",
        "UpdatedDateUTC": stamp,
        **dict.fromkeys(("Total", "AmountDue", "AmountPaid"), 0),
        "LineItems": [],
    }
    return [{"InvoiceID": i, "InvoiceNumber": f"N-{i}", **of_each} for i in ids]


def many(count: int, at: datetime = LONG_AGO, mark: str = "i") -> list[dict[str, Any]]:
    """So many of them."""
    return rows(*(f"{mark}-{n}" for n in range(count)), at=at)


def page(listed: list[dict[str, Any]], pages: int | None = None) -> bytes:
    """The body that lists them."""
    told = {} if pages is None else {"pagination": {"page": 1, "pageSize": 1000, "pageCount": pages}}
    return json.dumps({"Invoices": listed, **told}).encode()


def asked(odd: OddServer) -> list[tuple[str | None, str, str]]:
    """What was asked: If-Modified-Since, order, and the page or the number of ids."""
    found = []
    for heard in odd.heard:
        query = parse_qs(urlsplit(heard.path).query)
        of = f"{len(query['IDs'][0].split(','))} ids" if "IDs" in query else query["page"][0]
        found.append((heard.headers.get("If-Modified-Since"), query.get("order", ["ids"])[0], of))
    return found


async def link(current: Round, *ids: str) -> None:
    """Links of those invoices."""
    async with current.database.writing() as session:
        await insert_links(session, current.connection_id, {f"xero-{i}": i for i in ids}, LONG_AGO)


async def show(current: Round) -> dict[str, Any]:
    """The connection's row."""
    async with current.database.reading() as session:
        row = await session.execute(text("SELECT * FROM connections"))
        return dict(row.mappings().one())


async def test_more_rows_in_one_second_than_a_page_holds_are_all_seen(
    odd: OddServer, new_round: NewRound
) -> None:
    """There is nowhere to seek to, so the rest comes by number in the order of ids, in which none is lost."""
    current = await new_round()
    await link(current, "i-1150")
    same_second = [LONG_AGO + timedelta(milliseconds=n) for n in (0, 700)]
    first, second = many(1000, same_second[0]), rows("i-1150", at=same_second[1])
    odd.first = [page(first), page(first), page([*many(150, same_second[1], "later"), *second])]
    current.connection = replace(current.connection, swept_to=LONG_AGO + timedelta(minutes=5))
    await sweep_xero(current)
    assert set(current.fresh) == {"i-1150"}
    assert asked(odd) == [
        ("2026-11-20T03:14:59", "UpdatedDateUTC ASC", "1"),
        ("2026-11-20T03:14:59", "InvoiceID ASC", "1"),
        ("2026-11-20T03:14:59", "InvoiceID ASC", "2"),
    ]
    kept = await show(current)
    assert (kept["sweep_due"], kept["swept_to"]) == (False, same_second[1])


async def test_pages_are_read_by_seeking_from_the_last_rows_second(
    odd: OddServer, new_round: NewRound
) -> None:
    """Always the first page; each that is full moves the header on, a second back for what shares it."""
    current = await new_round()
    odd.first = [page(many(1000, LONG_AGO + timedelta(hours=hours), f"h{hours}")) for hours in (1, 2)] + [
        page(rows("last", at=LONG_AGO + timedelta(hours=3)))
    ]
    await sweep_xero(current)
    assert asked(odd) == [
        ("2026-11-20T03:09:59", "UpdatedDateUTC ASC", "1"),
        ("2026-11-20T04:14:59", "UpdatedDateUTC ASC", "1"),
        ("2026-11-20T05:14:59", "UpdatedDateUTC ASC", "1"),
    ]
    assert (await show(current))["swept_to"] == LONG_AGO + timedelta(hours=3)


async def test_a_sweep_that_is_cut_off_is_still_due_and_goes_on_from_its_last_page(
    odd: OddServer, new_round: NewRound
) -> None:
    """What was read is not read again, and nobody has to ask anew."""
    current = await new_round()
    async with current.database.writing() as session:
        await session.execute(text("UPDATE connections SET sweep_due = true"))
    odd.first = [page(many(1000, LONG_AGO + timedelta(hours=1)))]
    odd.body = b"no json"
    with pytest.raises(XeroUnavailable):
        await sweep_xero(current)
    kept = await show(current)
    assert (kept["sweep_due"], kept["swept_to"]) == (True, LONG_AGO + timedelta(hours=1))
    odd.answer(200, {"Invoices": []})
    await sweep_xero(await new_round())
    assert asked(odd)[-1][0] == "2026-11-20T04:09:59"
    assert (await show(current))["sweep_due"] is False


@pytest.mark.parametrize(
    ("status", "body"),
    [(304, b""), (200, {"Invoices": []}), (200, {"Invoices": None}), (200, {})],
)
async def test_nothing_moved_is_survived_however_it_is_said(
    odd: OddServer, new_round: NewRound, status: int, body: Any
) -> None:
    """Whether Xero answers 304 or an empty 200 is not documented (FACTS 8): one call, and the sweep is done."""
    odd.answer(status, body)
    current = await new_round()
    await sweep_xero(current)
    kept = await show(current)
    assert (kept["sweep_due"], kept["swept_at"] is not None) == (False, True)
    assert len(odd.heard) == 1


async def compare(new_round: NewRound, *, steps: int = 99) -> Round:
    """Steps of a compare until none is left, each as after a restart."""
    current = await new_round()
    while steps and await compare_step(current):
        steps, current = steps - 1, await new_round()
    return current


async def ask(current: Round) -> None:
    """Ask for a compare."""
    async with current.database.writing() as session:
        await ask_for_compare(session, current.connection_id)


async def is_due(current: Round, xero_id: str) -> bool:
    """Whether the link of an invoice is to be read."""
    async with current.database.reading() as session:
        (found,) = await list_by_xero_id(session, current.connection_id, [xero_id])
    return found.xero_due


async def test_a_large_organisation_with_few_links_is_compared_by_ids(
    odd: OddServer, new_round: NewRound
) -> None:
    """The first page tells that there are fifty more; the links that were not on it cost three calls."""
    current = await new_round()
    ids = [f"i-{n}" for n in range(110)]
    await link(current, *ids)
    await ask(current)
    odd.first = [page(many(10), 51), *(page(rows(*batch)) for batch in in_forties(ids[10:]))]
    current = await compare(new_round)
    assert [of for _, _, of in asked(odd)] == ["1", "40 ids", "40 ids", "20 ids"]
    kept = await show(current)
    assert (kept["compare_due"], kept["compare_run"]) == (False, None)
    assert (kept["compared"]["calls"], kept["compared"]["invoices"]) == (4, 110)


@pytest.mark.proof
async def test_an_organisation_of_few_pages_is_compared_by_pages_and_the_rest_by_ids(
    odd: OddServer, new_round: NewRound
) -> None:
    """What was on no page, because somebody moved its date or because it is gone, is asked for by id; gone is due."""
    current = await new_round()
    ids = [f"i-{n}" for n in range(1100)]
    await link(current, *ids, "moved", "gone")
    async with current.database.writing() as session:
        await session.execute(text("UPDATE invoice_links SET xero_due = false"))
    await ask(current)
    odd.first = [page(many(1000), 2), page(rows(*ids[1000:]), 2), page(rows("moved"))]
    current = await compare(new_round)
    assert [of for _, _, of in asked(odd)] == ["1", "2", "2 ids"]
    assert {order for _, order, _ in asked(odd)} == {"InvoiceID ASC", "ids"}
    assert (await show(current))["compared"]["invoices"] == 1102
    assert await is_due(current, "gone")


async def test_a_compare_that_is_cut_off_goes_on_with_what_is_left(
    odd: OddServer, new_round: NewRound
) -> None:
    """A page that was recorded is not read again, whatever worker takes it up."""
    current = await new_round()
    ids = [f"i-{n}" for n in range(1100)]
    await link(current, *ids)
    await ask(current)
    odd.first = [page(many(1000), 2)]
    odd.body = b"no json"
    with pytest.raises(XeroUnavailable):
        await compare(new_round)
    odd.body = page(rows(*ids[1000:]), 2)
    await compare(new_round)
    assert [of for _, _, of in asked(odd)] == ["1", "2", "2"]


async def test_a_compare_that_xero_refuses_is_put_off_and_stops_nothing(
    odd: OddServer, new_round: NewRound
) -> None:
    """It is asked for again later; the rest of the connection's work does not wait for it."""
    current = await new_round()
    await link(current, "i-1")
    await ask(current)
    odd.answer(400, {"ErrorNumber": 16, "Type": "QueryParseException", "Message": "No"})
    assert await compare_step(await new_round()) is False
    kept = await show(current)
    assert (kept["compare_due"], kept["compare_run"] is not None) == (False, True)
    assert kept["compare_at"] > SystemClock().now()


async def test_without_links_a_compare_costs_nothing(odd: OddServer, new_round: NewRound) -> None:
    """There is nothing to set against Xero's."""
    await ask(await new_round())
    current = await compare(new_round)
    assert odd.heard == []
    assert (await show(current))["compared_at"] is not None


def in_forties(ids: list[str]) -> list[list[str]]:
    """Forty at a time, in the order in which they are asked for."""
    ordered = sorted(ids)
    return [ordered[at : at + 40] for at in range(0, len(ordered), 40)]


def contacts(count: int, at: datetime, mark: str = "c") -> bytes:
    """The body that lists so many contacts, all of that instant."""
    stamp = f"/Date({int(at.timestamp() * 1000)}+0000)/"
    listed = [
        {"ContactID": f"{mark}-{n}", "Name": f"{mark} {n}", "UpdatedDateUTC": stamp} for n in range(count)
    ]
    return json.dumps({"Contacts": listed}).encode()


async def test_a_contact_is_found_behind_more_than_a_page_of_its_namesakes(
    odd: OddServer, new_round: NewRound
) -> None:
    """Archived contacts keep their names, so the one in use may come after a thousand of them (FACTS 5)."""
    current = await new_round()
    gone = [{"ContactID": f"c-{n}", "Name": "Kim Tran", "ContactStatus": "ARCHIVED"} for n in range(1000)]
    live = {"ContactID": "z-1", "Name": "Kim Tran", "ContactStatus": "ACTIVE"}
    odd.first = [json.dumps({"Contacts": listed}).encode() for listed in (gone, [live])]
    found = await current.xero.contacts.fetch_by_name(["Kim Tran"])
    assert [contact.xero_contact_id for contact in found if contact.is_usable] == ["z-1"]
    assert [(order, of) for _, order, of in asked(odd)] == [("ContactID ASC", "1"), ("ContactID ASC", "2")]


async def test_a_search_of_contacts_gets_past_a_second_that_has_more_of_them_than_a_page(
    odd: OddServer, new_round: NewRound
) -> None:
    """All that moved since is read by number, not all that there is, and the next search begins after it."""
    current = await new_round()
    [known] = [contact_from_xero(each) for each in json.loads(contacts(1, LONG_AGO, "late"))["Contacts"]]
    async with current.database.writing() as session:
        born = born_link(known, LONG_AGO)
        await insert_contacts_from_xero(session, current.connection_id, [born])
    later = LONG_AGO + timedelta(hours=1)
    odd.first = [contacts(1000, LONG_AGO)] * 3 + [contacts(1, later, "late"), contacts(0, later)]
    await sweep_contacts(current)
    assert set(current.fresh_contacts) == {"late-0"}
    assert (await show(current))["contacts_swept_to"] == later
    await sweep_contacts(await new_round())
    assert asked(odd) == [
        ("2026-11-20T03:09:59", "UpdatedDateUTC ASC", "1"),
        ("2026-11-20T03:14:59", "UpdatedDateUTC ASC", "1"),
        ("2026-11-20T03:14:59", "ContactID ASC", "1"),
        ("2026-11-20T03:14:59", "ContactID ASC", "2"),
        ("2026-11-20T04:09:59", "UpdatedDateUTC ASC", "1"),
    ]
