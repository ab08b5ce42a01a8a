"""Documents in by PUT, resources out: where an invoice stands, and why."""

import asyncio
from typing import Any

import pytest

from app.domain.connections.connection import ConnectionState
from tests.integration.api.driver import Plumbline, document, line

SETTLE = (
    "UPDATE invoice_links SET settled_generation = generation, state = 'settled', {}"
    " WHERE partner_invoice_id = :id"
)


@pytest.fixture(params=[False, True], ids=["whole way", "at once"])
def plumbline(request: pytest.FixtureRequest, plumbline: Plumbline) -> Plumbline:
    """The application, which knows no connection yet, or every one that is opened."""
    plumbline.is_known = request.param
    return plumbline


async def test_a_first_document_is_created_and_wakes_a_worker(plumbline: Plumbline) -> None:
    """201 with the resource, behind until it was worked on; link and connection are triggered, a worker is woken."""
    path = await plumbline.open_active()
    answer = await plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    invoice = answer.json()
    assert answer.status_code == 201
    assert (invoice["id"], invoice["state"], invoice["reason"], invoice["xero"]) == (
        "inv_1",
        "behind",
        None,
        None,
    )
    assert (invoice["partner"]["version"], invoice["partner"]["number"]) == (1, "INV-0042")
    assert (await plumbline.get_connection(path)).is_behind
    assert await plumbline.count_nudges() == 1
    assert (await plumbline.http.get(f"{path}/invoices/inv_1")).json() == invoice


async def test_the_same_document_again_changes_nothing(plumbline: Plumbline) -> None:
    """A repeat, also one that writes an instant in another zone, is 200 and no trigger."""
    path = await plumbline.open_active()
    await plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    before = await plumbline.get_connection(path)
    again = document(sent_at="2026-11-20T13:15:00+10:00")
    answer = await plumbline.http.put(f"{path}/invoices/inv_1", json=again)
    assert answer.status_code == 200
    assert await plumbline.get_connection(path) == before


async def test_a_newer_version_replaces_the_older(plumbline: Plumbline) -> None:
    """200, and the link is triggered once more."""
    path = await plumbline.open_active()
    await plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    before = await plumbline.get_connection(path)
    answer = await plumbline.http.put(f"{path}/invoices/inv_1", json=document(version=2, reference="PO 2"))
    assert (answer.status_code, answer.json()["partner"]["version"]) == (200, 2)
    assert (await plumbline.get_connection(path)).generation == before.generation + 1


@pytest.mark.parametrize(
    "accepted",
    [
        document(status="draft", sent_at=None, due_on=None, total=None),
        document(status="draft", sent_at=None, lines=[], total="0.00"),
        document(sent_at=None),
        document(status="paid"),
        document(status="cancelled"),
        document(payments=[]),
        document(lines=[line(category="unheard of", tax="luxury")]),
        document(lines=[line(tax="luxury")], amounts_are="tax_exclusive", total="9.99"),
        document(lines=[line(), line(id="l2", unit_price="-90")], total="1800"),
        document(lines=[line(unit_price="1718.1818")], amounts_are="tax_exclusive", total="1890.00"),
        document(lines=[line(description="A note", quantity=None, unit_price=None)], total=None),
        document(lines=[line(id="xero-5f2c", category="xero:260", tax="xero:OUTPUT")]),
    ],
    ids=[
        "a draft", "a draft without lines", "sent but never said when", "paid", "cancelled", "no payments",
        "words that no map knows", "a tax on top that no map knows", "a line below zero", "four places",
        "a line without a price", "a line from Xero",
    ],
)  # fmt: skip
async def test_a_document_is_taken(plumbline: Plumbline, accepted: dict[str, Any]) -> None:
    """What the maps do not know yet, or Xero could not take yet, is stored; the loop says what it waits for."""
    path = await plumbline.open_active()
    answer = await plumbline.http.put(f"{path}/invoices/inv_1", json=accepted)
    assert answer.status_code == 201, answer.text


async def test_a_paused_connection_stores_and_says_so(plumbline: Plumbline) -> None:
    """Documents are kept, and each invoice tells that the pause is why it is behind."""
    path = await plumbline.open_active()
    await plumbline.http.post(f"{path}/pause")
    answer = await plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    assert answer.status_code == 201
    assert answer.json()["reason"]["code"] == "connection_paused"


async def test_a_disconnected_connection_says_how_to_mend_it(plumbline: Plumbline) -> None:
    """The link's reason is the connection's, in its words, with the cure."""
    path = await plumbline.open_active()
    await plumbline.set_state(path, ConnectionState.DISCONNECTED, "The app was removed in Xero.")
    answer = await plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    reason = answer.json()["reason"]
    assert (reason["code"], reason["message"]) == ("disconnected", "The app was removed in Xero.")
    assert "again" in reason["cure"]


async def test_a_rate_limit_is_told_as_the_reason(plumbline: Plumbline) -> None:
    """Work that waits for Xero says so, and until when, and the API answers all the same."""
    path = await plumbline.open_active()
    await plumbline.execute(
        "UPDATE connections SET retry_at = '2026-11-23 00:00+00', retry_reason = 'rate_limited: Xero asks to wait.'"
    )
    reason = (await plumbline.http.put(f"{path}/invoices/inv_1", json=document())).json()["reason"]
    assert (reason["code"], reason["message"]) == ("rate_limited", "Xero asks to wait.")
    assert "2026-11-23 00:00:00 UTC" in reason["cure"]
    assert reason["until"] == "2026-11-23T00:00:00Z"


async def test_a_held_invoice_keeps_its_own_reason(plumbline: Plumbline) -> None:
    """Once the loop has looked, the link's own reason stands."""
    path = await plumbline.open_active()
    await plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    held = (
        "UPDATE invoice_links SET state = 'held', settled_generation = generation, reason_code = 'locked_period',"
        " reason_message = 'The books are locked.', reason_cure = 'Move the lock date.'"
    )
    await plumbline.execute(held)
    invoice = (await plumbline.http.get(f"{path}/invoices/inv_1")).json()
    assert invoice["state"] == "held"
    assert invoice["reason"] == {
        "code": "locked_period", "message": "The books are locked.", "cure": "Move the lock date.",
        "until": None, "way": None,
    }  # fmt: skip


async def test_the_side_of_xero_is_shown_with_a_deep_link(plumbline: Plumbline) -> None:
    """Both numbers, what is due, and the address that opens it in Xero."""
    path = await plumbline.open_active()
    await plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    seen = (
        "xero_invoice_id = 'x-1', xero_number = 'INV-7', xero_status = 'AUTHORISED', xero_total = '1890.00'"
    )
    await plumbline.execute(SETTLE.format(seen), id="inv_1")
    invoice = (await plumbline.http.get(f"{path}/invoices/inv_1")).json()
    assert invoice["state"] == "settled"
    assert (invoice["xero"]["number"], invoice["xero"]["status"]) == ("INV-7", "AUTHORISED")
    assert invoice["xero"]["deep_link"] == "https://go.xero.com/app/!Ab1c2/invoicing/view/x-1"


async def test_invoices_are_found_by_state_and_by_either_number(plumbline: Plumbline) -> None:
    """Lists of invoices and of links narrow alike."""
    path = await plumbline.open_active()
    for n in range(3):
        sent = document(id=f"inv_{n}", number=f"JOB-{n}")
        await plumbline.http.put(f"{path}/invoices/inv_{n}", json=sent)
    await plumbline.execute(SETTLE.format("xero_invoice_id = 'x-1', xero_number = 'INV-7'"), id="inv_1")
    wanted: list[tuple[dict[str, str], list[str]]] = [
        ({"state": "settled"}, ["inv_1"]),
        ({"state": "behind"}, ["inv_0", "inv_2"]),
        ({"state": "held"}, []),
        ({"number": "JOB-1"}, ["inv_1"]),
        ({"number": "INV-7"}, ["inv_1"]),
    ]
    for query, ids in wanted:
        invoices = (await plumbline.http.get(f"{path}/invoices", params=query)).json()["data"]
        links = (await plumbline.http.get(f"{path}/links", params=query)).json()["data"]
        assert [invoice["id"] for invoice in invoices] == ids, query
        assert [link["partner_invoice_id"] for link in links] == ids, query


async def test_pages_follow_one_another_without_gap_or_repeat(plumbline: Plumbline) -> None:
    """A cursor leads on from where the page before ended, to the end."""
    path = await plumbline.open_active()
    for n in range(5):
        await plumbline.http.put(f"{path}/invoices/inv_{n}", json=document(id=f"inv_{n}"))
    seen, cursor = [], None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await plumbline.http.get(f"{path}/invoices", params=query)).json()
        seen += [invoice["id"] for invoice in page["data"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [f"inv_{n}" for n in range(5)]


async def test_a_cursor_that_is_none_of_ours_is_named(plumbline: Plumbline) -> None:
    """422 that names the cursor."""
    path = await plumbline.open_active()
    for cursor in ["nonsense", "MjAyNg==", "%00", "é"]:
        answer = await plumbline.http.get(f"{path}/invoices", params={"cursor": cursor})
        assert answer.status_code == 422, cursor
        assert answer.json()["errors"][0]["field"] == "cursor", cursor


async def test_documents_that_race_are_all_taken(plumbline: Plumbline) -> None:
    """Many calls at once on one connection: each is stored once, and of one invoice the newest version stands."""
    path = await plumbline.open_active()
    calls = [(f"inv_{n % 5}", n) for n in range(1, 31)]
    answers = await asyncio.gather(
        *(
            plumbline.http.put(f"{path}/invoices/{key}", json=document(id=key, version=version))
            for key, version in calls
        )
    )
    assert {answer.status_code for answer in answers} <= {200, 201, 409}
    invoices = (await plumbline.http.get(f"{path}/invoices")).json()["data"]
    assert sorted(invoice["partner"]["version"] for invoice in invoices) == [26, 27, 28, 29, 30]


async def test_a_number_in_the_place_of_an_id_is_told_where_to_ask(plumbline: Plumbline) -> None:
    """Whoever is called up has the number that is printed on the invoice; the 404 names the call that takes it."""
    path = await plumbline.open_active()
    (await plumbline.http.put(f"{path}/invoices/inv_1", json=document())).raise_for_status()
    for call in ["", "/why", "/history", "/attempts"]:
        answer = await plumbline.http.get(f"{path}/invoices/INV-0042{call}")
        assert (answer.status_code, "GET .../why?number=" in answer.json()["detail"]) == (404, True), call
        [found] = (await plumbline.http.get(f"{path}/why", params={"number": "INV-0042"})).json()["data"]
        assert found["id"] == "inv_1", call


async def test_attempts_tell_what_was_tried(plumbline: Plumbline) -> None:
    """What was refused by Xero is read back in Xero's words, page by page."""
    path = await plumbline.open_active()
    await plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    await plumbline.execute(
        "INSERT INTO attempts (connection_id, link_id, action, moves, outcome, message)"
        " SELECT connection_id, id, 'create', '{}', 'refused', 'Account code is archived' FROM invoice_links"
    )
    page = (await plumbline.http.get(f"{path}/invoices/inv_1/attempts", params={"limit": 1})).json()
    assert [attempt["message"] for attempt in page["data"]] == ["Account code is archived"]
    rest = (
        await plumbline.http.get(f"{path}/invoices/inv_1/attempts", params={"cursor": page["next"]})
    ).json()
    assert rest == {"data": [], "next": None}
    assert (await plumbline.http.get(f"{path}/invoices/inv_2/attempts")).status_code == 404
