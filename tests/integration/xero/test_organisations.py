"""Opening organisations: whose token goes where, and what happens when a token ends under way."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from app.clock import ManualClock, SystemClock
from app.db.life.tokens import DatabaseTokenStore
from app.domain.xero.xero_contact import ContactWrite, XeroContact
from app.errors import AuthorisationLost, OutcomeUnknown, RateLimited, XeroUnavailable
from app.xero.half_read import KEPT
from app.xero.organisations import XeroSdkOrganisations
from tests.integration.xero.conftest import Connect, Xero
from tests.integration.xero.odd_server import OddServer

KIM = ContactWrite({"name": "Kim Tran"}, "pl-1")


async def test_a_token_that_ends_under_way_is_renewed_once_and_the_write_repeated(
    xero: Xero, organisations: XeroSdkOrganisations, connect: Connect
) -> None:
    """A 401 was not carried out, so nothing is written twice (FACTS 1)."""
    organisation = await organisations.open(await connect(await xero.consent(), xero.at.tenant_id))
    await xero.control("POST", "/clock", advance_seconds=31 * 60)
    (made,) = await organisation.contacts.create([KIM], "k")
    assert isinstance(made, XeroContact)
    assert [call["status"] for call in await xero.calls()] == [401, 200]
    assert len(await xero.calls("/connect/token")) == 2


async def test_calls_that_meet_the_end_of_a_token_together_renew_it_once(
    xero: Xero, organisations: XeroSdkOrganisations, connect: Connect
) -> None:
    """Five at once find it spent; one refresh serves them all."""
    organisation = await organisations.open(await connect(await xero.consent(), xero.at.tenant_id))
    await xero.control("POST", "/clock", advance_seconds=31 * 60)
    await asyncio.gather(*(organisation.contacts.fetch_by_name([f"Customer {n}"]) for n in range(5)))
    assert len(await xero.calls("/connect/token")) == 2


async def test_a_new_token_that_is_refused_too_means_a_lost_consent(
    xero: Xero, organisations: XeroSdkOrganisations, connect: Connect
) -> None:
    """One renewal, never a loop."""
    organisation = await organisations.open(await connect(await xero.consent(), xero.at.tenant_id))
    await xero.fault("token_expired", path="/Contacts", times=9)
    with pytest.raises(AuthorisationLost):
        await organisation.contacts.fetch_by_name(["Kim Tran"])
    assert len(await xero.calls("/api.xro/2.0/Contacts")) == 2


async def test_an_organisation_that_removed_the_app_is_lost(
    xero: Xero, organisations: XeroSdkOrganisations, connect: Connect
) -> None:
    """The access token still works, for others; this organisation answers 403 (FACTS 1)."""
    organisation = await organisations.open(await connect(await xero.consent(), xero.at.tenant_id))
    await xero.control("POST", "/disconnect", tenant_id=xero.at.tenant_id)
    with pytest.raises(AuthorisationLost):
        await organisation.contacts.fetch_by_name(["Kim Tran"])
    assert len(await xero.calls()) == 1


async def test_two_organisations_never_get_each_others_calls(
    xero: Xero, organisations: XeroSdkOrganisations, connect: Connect
) -> None:
    """Two people, two organisations, writes at the same time: each finds its own and nothing else (FACTS 0.4)."""
    second = (await xero.control("POST", "/organisations", name="Second Pty Ltd", country="NZ"))["tenant_id"]
    one = await organisations.open(await connect(await xero.consent("a@x.example"), xero.at.tenant_id))
    two = await organisations.open(await connect(await xero.consent("b@x.example", second), second))
    # Either token is refused in the other's organisation, so that a call with the wrong one could not pass unseen.
    await xero.control("POST", "/clock", advance_seconds=31 * 60)
    await asyncio.gather(
        *(
            organisation.contacts.create(
                [ContactWrite({"name": f"{side} {n}"}, f"pl-{side}-{n}")], f"{side}{n}"
            )
            for n in range(8)
            for side, organisation in (("one", one), ("two", two))
        )
    )
    for side, organisation, other in (("one", one, "two"), ("two", two, "one")):
        names = [f"{whose} {n}" for n in range(8) for whose in (side, other)]
        found = await organisation.contacts.fetch_by_name(names)
        assert sorted(contact.name for contact in found) == [f"{side} {n}" for n in range(8)]


async def test_no_more_than_five_calls_are_under_way(
    xero: Xero, organisations: XeroSdkOrganisations, connect: Connect
) -> None:
    """A sixth at once would be refused (FACTS 2)."""
    organisation = await organisations.open(await connect(await xero.consent(), xero.at.tenant_id))
    await xero.control("PUT", "/latency", milliseconds=20)
    await organisation.contacts.fetch_by_name([f"Customer {n}" for n in range(20)])
    assert {call["status"] for call in await xero.calls()} == {200}


async def test_a_slow_xero_does_not_stop_the_others(
    xero: Xero, organisations: XeroSdkOrganisations, connect: Connect
) -> None:
    """The blocking SDK waits in a thread; the process goes on."""
    organisation = await organisations.open(await connect(await xero.consent(), xero.at.tenant_id))
    await xero.fault("timeout_before", path="/Contacts", seconds=3600)
    asked = asyncio.create_task(organisation.contacts.create([KIM], "k"))
    async with asyncio.timeout(60):
        while not (await xero.control("GET", "/faults"))["faults"][0]["silent"]:  # noqa: ASYNC110 - seen from outside
            await asyncio.sleep(0.005)
    assert await organisation.payments.fetch_by_reference(["pl-1"]) == {}
    assert not asked.done()
    await xero.control("DELETE", "/faults")
    with pytest.raises(OutcomeUnknown):
        await asked


async def test_a_rate_limit_comes_out_as_it_is(
    xero: Xero, organisations: XeroSdkOrganisations, connect: Connect
) -> None:
    """Neither retried nor cut into halves: the whole batch comes again later."""
    organisation = await organisations.open(await connect(await xero.consent(), xero.at.tenant_id))
    await xero.fault("rate_limited_minute", path="/Contacts", retry_after=7)
    with pytest.raises(RateLimited):
        await organisation.contacts.create([KIM, ContactWrite({"name": "Lee"}, "pl-2")], "k")
    assert len(await xero.calls()) == 1


async def test_a_create_whose_answer_was_lost_is_found_by_its_marker(
    xero: Xero, organisations: XeroSdkOrganisations, connect: Connect
) -> None:
    """The write stands in Xero; looking comes before writing again (DESIGN section 4)."""
    organisation = await organisations.open(await connect(await xero.consent(), xero.at.tenant_id))
    await xero.fault("cut_after", path="/Contacts")
    with pytest.raises(OutcomeUnknown):
        await organisation.contacts.create([KIM], "k")
    (found,) = await organisation.contacts.fetch_by_number(["pl-1"])
    assert found.name == "Kim Tran"


async def test_a_list_of_more_pages_than_a_minute_has_calls_goes_on_where_it_was(
    xero: Xero, odd: OddServer, store: DatabaseTokenStore, connect: Connect
) -> None:
    """No page is read twice; what is added to one that was read, or changes on it, is read once more at the end."""
    pages = [
        [{"ContactID": f"c-{n:04}", "Name": f"Customer {n}"} for n in range(at, at + 1000)]
        for at in (0, 1000, 2000)
    ]
    news = [{"ContactID": "c-0007", "Name": "Renamed"}, {"ContactID": "c-0007a", "Name": "Added"}]
    odd.first = [json.dumps({"Contacts": rows}).encode() for rows in (*pages, [], news)]
    clock = ManualClock(SystemClock().now())
    organisations = XeroSdkOrganisations(odd.url, store, xero.identities, clock)
    left = 0

    async def take_place() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise RateLimited("the minute is full", timedelta(seconds=60), "minute")

    try:
        connection_id = await connect(await xero.consent(), xero.at.tenant_id)
        for minute, left in enumerate((2, 2, 9)):  # noqa: B007 - `take_place` counts it down
            organisation = await organisations.open(connection_id, before_each=take_place)
            try:
                found = await organisation.contacts.fetch_all()
            except RateLimited:
                assert minute < 2
                clock.advance(timedelta(minutes=1))
    finally:
        organisations.close()
    asked = [parse_qs(urlsplit(heard.path).query)["page"][0] for heard in odd.heard]
    assert asked == ["1", "2", "3", "4", "1"]
    since = [heard.headers.get("If-Modified-Since") for heard in odd.heard]
    assert since[:4] == [None] * 4
    assert since[4] is not None
    names = {contact.xero_contact_id: contact.name for contact in found}
    assert len(found) == len(names) == 3001
    assert (names["c-0007"], names["c-0007a"]) == ("Renamed", "Added")


async def test_a_list_that_nobody_went_on_with_begins_anew(
    xero: Xero, odd: OddServer, store: DatabaseTokenStore, connect: Connect
) -> None:
    """After so long a time what was read is old."""
    rows = json.dumps({"Contacts": [{"ContactID": f"c-{n}", "Name": "x"} for n in range(1000)]}).encode()
    odd.first, odd.body = [rows], b"no json"
    clock = ManualClock(SystemClock().now())
    organisations = XeroSdkOrganisations(odd.url, store, xero.identities, clock)
    try:
        organisation = await organisations.open(await connect(await xero.consent(), xero.at.tenant_id))
        with pytest.raises(XeroUnavailable):
            await organisation.contacts.fetch_all()
        clock.advance(KEPT + timedelta(seconds=1))
        odd.answer(200, {"Contacts": []})
        assert await organisation.contacts.fetch_all() == []
    finally:
        organisations.close()
    assert [parse_qs(urlsplit(heard.path).query)["page"][0] for heard in odd.heard] == ["1", "2", "1"]


async def test_a_long_list_is_read_to_its_last_page(
    xero: Xero, odd: OddServer, store: DatabaseTokenStore, connect: Connect
) -> None:
    """A full page is followed by another; the order is one in which no row moves while pages are read."""
    pages = [[{"InvoiceID": f"i-{n}", "Type": "ACCREC"} for n in range(at, at + 1000)] for at in (0, 1000)]
    odd.first = [json.dumps({"Invoices": rows}).encode() for rows in (*pages, [{"InvoiceID": "i-2000"}])]
    organisations = XeroSdkOrganisations(odd.url, store, xero.identities, SystemClock())
    try:
        organisation = await organisations.open(await connect(await xero.consent(), xero.at.tenant_id))
        found = await organisation.invoices.fetch_created_by_us(
            datetime(2026, 11, 20, 3, 15, 0, 999_000, UTC)
        )
    finally:
        organisations.close()
    asked = [parse_qs(urlsplit(heard.path).query) for heard in odd.heard]
    assert [invoice.xero_invoice_id for invoice in found] == [f"i-{n}" for n in range(2001)]
    assert [(query["page"], query["order"]) for query in asked] == [
        ([f"{n}"], ["InvoiceID ASC"]) for n in (1, 2, 3)
    ]
    # The one form that Xero promises to read: naive UTC in whole seconds (FACTS 4.7), one before what was asked.
    assert {heard.headers["If-Modified-Since"] for heard in odd.heard} == {"2026-11-20T03:14:59"}
