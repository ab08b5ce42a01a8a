"""Lists of invoices, contacts and products: narrowed, sorted, page by page, and by an index whatever is asked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.db.contacts.contact_resources import WantedContacts, build_contact_page
from app.db.invoices.invoice_lists import Wanted, build_page
from app.db.invoices.part_lists import WantedParts
from app.db.invoices.part_lists import build_page as build_part_page
from app.db.items.item_lists import WantedItems, build_item_page
from app.db.links.listing import Sort
from app.domain.connections.settings import ItemSync
from app.domain.invoices.link import State
from tests.integration.api.driver import SETTINGS, Plumbline, document
from tests.integration.api.plans import explain, fill
from tests.integration.api.test_contacts import contact

NOW = datetime.now(UTC)
LISTED, UPDATED = "ix_invoice_links_listed", "ix_invoice_links_updated"
INVOICE_PLANS: list[tuple[Wanted, set[str]]] = [
    (Wanted(), {LISTED}),
    (Wanted(after=(NOW, uuid4())), {LISTED}),
    (Wanted(sort=Sort.CREATED_LAST, after=(NOW, uuid4())), {LISTED}),
    (Wanted(sort=Sort.UPDATED), {UPDATED}),
    (Wanted(sort=Sort.UPDATED_LAST, after=(NOW, uuid4())), {UPDATED}),
    (Wanted(state=State.SETTLED), {LISTED}),
    (Wanted(state=State.BEHIND), {"ix_invoice_links_behind_listed"}),
    (
        Wanted(state=State.HELD),
        {"ix_invoice_links_held", "ix_invoice_links_retry", "ix_invoice_links_skipped"},
    ),
    (Wanted(code="locked_period"), {"ix_invoice_links_reason"}),
    (Wanted(number="JOB-7"), {"ix_invoice_links_partner_number", "ix_invoice_links_xero_number"}),
    (Wanted(contact_id="cus_7"), {"ix_invoice_links_contact"}),
    (Wanted(job_id="job_7"), {"ix_invoice_links_job"}),
    (Wanted(job_id="job_7", sort=Sort.CREATED_LAST, after=(NOW, uuid4())), {"ix_invoice_links_job"}),
    (Wanted(status="draft"), {"ix_invoice_links_status"}),
    (Wanted(updated_since=NOW - timedelta(hours=1), sort=Sort.UPDATED), {UPDATED}),
    (Wanted(updated_since=NOW - timedelta(hours=1)), {UPDATED}),
    (Wanted(is_in_xero=False), {"ix_invoice_links_not_in_xero"}),
    (Wanted(is_in_xero=True), {LISTED}),
]
CONTACT_PLANS: list[tuple[WantedContacts, set[str]]] = [
    (WantedContacts(after=(NOW, uuid4())), {"ix_contact_links_listed"}),
    (WantedContacts(sort=Sort.UPDATED_LAST), {"ix_contact_links_updated"}),
    (WantedContacts(state=State.BEHIND), {"ix_contact_links_behind_listed"}),
    (WantedContacts(state=State.HELD), {"ix_contact_links_held", "ix_contact_links_skipped"}),
    (WantedContacts(name="kim 77"), {"ix_contact_links_name"}),
    (WantedContacts(updated_since=NOW - timedelta(hours=1)), {"ix_contact_links_updated"}),
    (WantedContacts(is_in_xero=False), {"ix_contact_links_not_in_xero"}),
]
ITEM_PLANS: list[tuple[WantedItems, set[str]]] = [
    (WantedItems(after=(NOW, uuid4())), {"ix_item_links_listed"}),
    (WantedItems(sort=Sort.UPDATED_LAST), {"ix_item_links_updated"}),
    (WantedItems(state=State.SETTLED), {"ix_item_links_listed"}),
    (WantedItems(state=State.BEHIND), {"ix_item_links_behind_listed"}),
    (WantedItems(state=State.HELD), {"ix_item_links_held", "ix_item_links_skipped"}),
    (WantedItems(code="c-77"), {"ix_item_links_code"}),
    (WantedItems(name="tap 77"), {"ix_item_links_name"}),
    (WantedItems(updated_since=NOW - timedelta(hours=1)), {"ix_item_links_updated"}),
    (WantedItems(is_in_xero=False), {"ix_item_links_not_in_xero"}),
]
PART_PLANS: list[tuple[WantedParts, set[str]]] = [
    (WantedParts(), {"ix_invoice_links_has_parts"}),
    (WantedParts(begin=(NOW, uuid4())), {"ix_invoice_links_has_parts"}),
    (WantedParts(sort=Sort.CREATED_LAST, begin=(NOW, uuid4())), {"ix_invoice_links_has_parts"}),
    (WantedParts(sort=Sort.UPDATED), {"ix_invoice_links_has_parts", UPDATED}),
    (WantedParts(sort=Sort.UPDATED_LAST, begin=(NOW, uuid4())), {"ix_invoice_links_has_parts", UPDATED}),
    (WantedParts(updated_since=NOW - timedelta(hours=1)), {"ix_invoice_links_has_parts", UPDATED}),
    (WantedParts(state=State.SETTLED), {"ix_invoice_links_has_parts"}),
    (WantedParts(state=State.BEHIND), {"ix_invoice_links_has_parts", "ix_invoice_links_behind_listed"}),
    (
        WantedParts(state=State.HELD),
        {
            "ix_invoice_links_has_parts",
            "ix_invoice_links_held",
            "ix_invoice_links_retry",
            "ix_invoice_links_skipped",
        },
    ),
    (WantedParts(partner_invoice_id="inv_40"), {"uq_invoice_links_partner"}),
]


async def test_every_list_is_answered_by_an_index(plumbline: Plumbline) -> None:
    """Whatever it is narrowed and sorted by, over some thousand links no table is read whole."""
    path = await plumbline.open_active()
    await fill(plumbline, path)
    connection_id = UUID(path.split("/")[3])
    for wanted, indexes in INVOICE_PLANS:
        used = await explain(plumbline, build_page(connection_id, replace(wanted, limit=50)))
        assert used <= indexes, (wanted, used)
        assert used, wanted
    for asked, indexes in CONTACT_PLANS:
        used = await explain(plumbline, build_contact_page(connection_id, replace(asked, limit=50)))
        assert (used <= indexes, bool(used)) == (True, True), (asked, used)
    for of_items, indexes in ITEM_PLANS:
        used = await explain(plumbline, build_item_page(connection_id, replace(of_items, limit=50)))
        assert (used <= indexes, bool(used)) == (True, True), (of_items, used)
    for group in ("payments", "credits"):
        for parts, indexes in PART_PLANS:
            page = build_part_page(connection_id, group, replace(parts, limit=50))
            used = await explain(plumbline, page)
            assert (used <= indexes, bool(used)) == (True, True), (parts, used)


async def put(plumbline: Plumbline, path: str, n: int, **changes: Any) -> None:
    """An invoice of a customer of its own."""
    named = {"id": f"cus_{n}", "name": f"Customer {n}"}
    sent = document(id=f"inv_{n}", number=f"JOB-{n}", contact=named) | changes
    (await plumbline.http.put(f"{path}/invoices/inv_{n}", json=sent)).raise_for_status()


async def list_ids(plumbline: Plumbline, where: str, **query: str) -> list[str]:
    """The ids of every page of a list, two to a page."""
    ids: list[str] = []
    cursor: str | None = None
    while True:
        asked = query | {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await plumbline.http.get(where, params=asked)).json()
        ids += [one["id"] for one in page["data"]]
        cursor = page["next"]
        if cursor is None:
            return ids


async def test_invoices_are_narrowed_and_sorted(plumbline: Plumbline) -> None:
    """By reason, contact, status, what was written since and where they are; forwards and backwards (N14)."""
    path = await plumbline.open_active()
    for n in range(5):
        await put(plumbline, path, n, **({"status": "draft", "sent_at": None} if n == 3 else {}))
    await plumbline.execute(
        "UPDATE invoice_links SET state = 'held', reason_code = 'locked_period', settled_generation = generation,"
        " xero_invoice_id = 'x-1', updated_at = clock_timestamp() WHERE partner_invoice_id = 'inv_1'"
    )
    where, since = f"{path}/invoices", datetime.now(UTC).isoformat()
    await put(plumbline, path, 0, version=2, status="cancelled")
    wanted: list[tuple[dict[str, str], list[int]]] = [
        ({"code": "locked_period"}, [1]),
        ({"code": "locked_period", "state": "behind"}, []),
        ({"contact_id": "cus_2"}, [2]),
        ({"status": "draft"}, [3]),
        ({"status": "cancelled"}, [0]),
        ({"updated_since": since}, [0]),
        ({"is_in_xero": "true"}, [1]),
        ({"is_in_xero": "false"}, [0, 2, 3, 4]),
        ({"sort": "-created"}, [4, 3, 2, 1, 0]),
        ({"sort": "updated"}, [2, 3, 4, 1, 0]),
        ({"sort": "-updated", "is_in_xero": "false"}, [0, 4, 3, 2]),
    ]
    for query, numbers in wanted:
        assert await list_ids(plumbline, where, **query) == [f"inv_{n}" for n in numbers], query
    for unclear in ("2026-11-20T00:00:00", "2026-11-20", "1795824000"):
        answer = await plumbline.http.get(where, params={"updated_since": unclear})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "updated_since")


NO_INSTANTS = {
    "9999-12-31T23:59:59-14:00": "lies outside the calendar",
    "0001-01-01T00:00:00%2B14:00": "lies outside the calendar",
    "2026-11-20": "must be an instant with an offset, such as 2026-11-20T03:15:00Z",
    "2026-11-20T03:15:00": "must be an instant with an offset, such as 2026-11-20T03:15:00Z",
    "2026-11-20T03:15:00+10:00": (
        "must be an instant with an offset, such as 2026-11-20T03:15:00Z; the + of an address is written %2B"
    ),
}


@pytest.mark.parametrize("kind", ["invoices", "contacts", "items", "payments", "credits"])
async def test_an_instant_that_is_none_is_refused_with_the_form(plumbline: Plumbline, kind: str) -> None:
    """Also where the offset alone leads out of the calendar, or the + of it was taken for a blank."""
    path = await plumbline.open_active()
    for since, message in NO_INSTANTS.items():
        answer = await plumbline.http.get(f"{path}/{kind}?updated_since={since}")
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"] == [{"field": "updated_since", "message": message}]


async def test_t19_the_invoices_of_a_job_are_listed(plumbline: Plumbline) -> None:
    """Several of one job, by the app's id of it: as the newest word is until it is merged, and as merged from then on;
    one of a deal by the deal's id (O3).
    """
    path = await plumbline.open_active()
    jobs = {0: "job_1", 1: "job_2", 2: "job_1", 3: None, 4: "job_1"}
    for n, job in jobs.items():
        await put(plumbline, path, n, job={"id": job, "name": "Hot water, 4 Wattle St"} if job else None)
    where = f"{path}/invoices"
    assert await list_ids(plumbline, where, job_id="job_1") == ["inv_0", "inv_2", "inv_4"]
    assert await list_ids(plumbline, where, job_id="job_1", sort="-created") == ["inv_4", "inv_2", "inv_0"]
    assert await list_ids(plumbline, where, job_id="job_1", number="JOB-2") == ["inv_2"]
    assert await list_ids(plumbline, where, job_id="job") == []
    await plumbline.execute(
        "UPDATE invoice_links SET record = jsonb_build_object('job', CAST('{\"id\": \"job_3\"}' AS jsonb))"
        " WHERE partner_invoice_id = 'inv_4'"
    )
    assert await list_ids(plumbline, where, job_id="job_3") == ["inv_4"]
    deal = {"id": "deal_7", "name": "Bathroom", "amount": "90.00"}
    (await plumbline.http.post(f"{path}/pause")).raise_for_status()
    drafted = await plumbline.http.post(f"{path}/drafts", json={"deal": deal, "contact": {"id": "cus_0"}})
    assert drafted.is_success, drafted.text
    assert await list_ids(plumbline, where, job_id="deal_7") == [drafted.json()["invoice"]["id"]]


async def test_a_filter_that_comes_twice_is_refused(plumbline: Plumbline) -> None:
    """Two states are not either of the two: taken for the last alone, the list would lack half of what was wanted."""
    path = await plumbline.open_active()
    answer = await plumbline.http.get(f"{path}/invoices?state=held&limit=5&state=behind")
    told = {"field": "state", "message": "must be given once"}
    assert (answer.status_code, answer.json()["errors"]) == (422, [told])


async def test_a_filter_that_is_no_boolean_is_told_which_it_takes(plumbline: Plumbline) -> None:
    """In our words, not the framework's."""
    path = await plumbline.open_active()
    answer = await plumbline.http.get(f"{path}/invoices", params={"is_in_xero": "maybe"})
    told = {"field": "is_in_xero", "message": "must be true or false"}
    assert (answer.status_code, answer.json()["errors"]) == (422, [told])


async def test_contacts_are_narrowed_and_sorted(plumbline: Plumbline) -> None:
    """By how the name begins, whatever its case and signs; by what was written since, and where they are (O8)."""
    path = await plumbline.open_active()
    for n, name in enumerate(("Kim Tran", "kimberley 100%", "Lee", "Éva")):
        sent = contact(id=f"cus_{n}", name=name)
        (await plumbline.http.put(f"{path}/contacts/cus_{n}", json=sent)).raise_for_status()
    await plumbline.execute(
        "UPDATE contact_links SET xero_contact_id = 'c-2', updated_at = clock_timestamp()"
        " WHERE partner_contact_id = 'cus_2'"
    )
    wanted: list[tuple[dict[str, str], list[int]]] = [
        ({"name": "KIM"}, [0, 1]),
        ({"name": "kimberley 100%"}, [1]),
        ({"name": "%"}, []),
        ({"name": "Év"}, [3]),
        ({"is_in_xero": "true"}, [2]),
        ({"is_in_xero": "false", "sort": "-created"}, [3, 1, 0]),
        ({"sort": "-updated"}, [2, 3, 1, 0]),
    ]
    for query, numbers in wanted:
        assert await list_ids(plumbline, f"{path}/contacts", **query) == [f"cus_{n}" for n in numbers], query


async def test_products_are_narrowed_and_sorted(plumbline: Plumbline) -> None:
    """By code and how the name begins, whatever their case; while items are off each of them is settled (O8)."""
    path = await plumbline.open_active(replace(SETTINGS, items=ItemSync.ON))
    where = f"{path}/items"
    for n, name in enumerate(("Mixer tap", "MIXER, bath", "Pipe 100%", "Éclair")):
        sent = {"id": f"prd_{n}", "version": 1, "code": f"Code-{n}", "name": name}
        (await plumbline.http.put(f"{where}/prd_{n}", json=sent)).raise_for_status()
    await plumbline.execute(
        "UPDATE item_links SET xero_item_id = 'x-2', state = 'settled', settled_generation = generation,"
        " updated_at = clock_timestamp() WHERE partner_item_id = 'prd_2'"
    )
    wanted: list[tuple[dict[str, str], list[int]]] = [
        ({}, [0, 1, 2, 3]),
        ({"item_code": "cODE-1"}, [1]),
        ({"item_code": "code"}, []),
        ({"name": "mixer"}, [0, 1]),
        ({"name": "%"}, []),
        ({"name": "Écl"}, [3]),
        ({"is_in_xero": "true"}, [2]),
        ({"is_in_xero": "false", "sort": "-created"}, [3, 1, 0]),
        ({"sort": "-updated"}, [2, 3, 1, 0]),
        ({"state": "settled"}, [2]),
        ({"state": "behind"}, [0, 1, 3]),
    ]
    for query, numbers in wanted:
        assert await list_ids(plumbline, where, **query) == [f"prd_{n}" for n in numbers], query
    (await plumbline.http.patch(f"{path}/settings", json={"items": "off"})).raise_for_status()
    assert await list_ids(plumbline, where, state="settled") == [f"prd_{n}" for n in range(4)]
    assert await list_ids(plumbline, where, state="behind") == []


@pytest.mark.parametrize(
    ("begun", "other"),
    [
        ({}, {"sort": "-created"}),
        ({"sort": "updated"}, {"sort": "-updated"}),
        ({"state": "behind"}, {}),
        ({"status": "sent"}, {"status": "draft"}),
    ],
)
async def test_a_cursor_goes_on_with_its_own_list_alone(
    plumbline: Plumbline, begun: dict[str, str], other: dict[str, str]
) -> None:
    """Another sort, another filter or another list has no such place: 422 that names the cursor."""
    path = await plumbline.open_active()
    for n in range(3):
        await put(plumbline, path, n)
    where = f"{path}/invoices"
    page = (await plumbline.http.get(where, params=begun | {"limit": "1"})).json()
    same = await plumbline.http.get(where, params=begun | {"limit": "2", "cursor": page["next"]})
    assert len(same.json()["data"]) == 2
    for address, query in ((where, other), (f"{path}/contacts", {}), (f"{path}/links", {})):
        refused = await plumbline.http.get(address, params=query | {"cursor": page["next"]})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "cursor")
        assert "another list, sort or filter" in refused.json()["errors"][0]["message"]
