"""Documents that are stored by one statement: they leave what the whole way leaves, and only where that is right."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.db.connections.arrivals import lock_connection
from app.intake.dependencies import IntakeServices
from app.intake.document import Document
from app.intake.documents import take_in_arrivals
from app.intake.refusals import InputRefused
from app.intake.taking import Arrival
from tests.integration.api.driver import Plumbline, document, line, name_faults
from tests.integration.intake.test_partner_events import changed, list_outcomes, post
from tests.round_trips import Asked, counting_round_trips

NOW = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)

STORY = (
    document(),
    document(version=2, reference="PO 2", contact={"id": "cus_17", "name": "Kim Tran", "phone": "0400"}),
    document(version=4, based_on=0, number=None),
    document(id="inv_2", contact={"id": "cus_17", "name": "Kim T."}),
    document(id="inv_3", status="draft", lines=[], contact={"id": "cus_2", "name": "Ola"}, total=None),
    document(id="inv_4", payments=[{"id": "p1", "amount": "5.00", "paid_on": "2026-11-20", "fee": "0.10"}]),
    document(id="inv_4", version=2, payments=None),
)
"""Documents of one connection, one after the other."""

LEFT = {
    "invoices": """
        SELECT partner_invoice_id, partner_number, state, generation, document, document_version, document_based_on,
            payment_fees, document_at = touched_at, correlation_id IS NOT NULL
        FROM invoice_links WHERE connection_id = :of ORDER BY partner_invoice_id""",
    "contacts": """
        SELECT partner_contact_id, state, generation, details, details_version, details_based_on, document,
            details_at = touched_at
        FROM contact_links WHERE connection_id = :of ORDER BY partner_contact_id""",
    "moments": """
        SELECT partner_invoice_id, kind, facts, at <= touched_at
        FROM moments JOIN invoice_links AS links ON links.id = moments.link_id
        WHERE moments.connection_id = :of ORDER BY moments.id""",
    "connection": """
        SELECT generation, documented_at = (SELECT max(touched_at) FROM invoice_links WHERE connection_id = :of)
        FROM connections WHERE id = :of""",
}
"""All that a document leaves, without ids and times."""


@pytest.fixture
def plumbline(plumbline: Plumbline) -> Plumbline:
    """The application, which knows every connection that is opened."""
    plumbline.is_known = True
    return plumbline


def find_id(path: str) -> UUID:
    """The connection's."""
    return UUID(path.split("/")[3])


def began(asked: Asked) -> bool:
    """Whether any transaction was begun."""
    return any(text.startswith("BEGIN") for text in asked.texts)


async def put(plumbline: Plumbline, path: str, sent: dict[str, Any], **headers: str) -> int:
    """The status of a PUT."""
    answer = await plumbline.http.put(f"{path}/invoices/{sent['id']}", json=sent, headers=headers)
    return answer.status_code


async def list_left(plumbline: Plumbline, path: str) -> dict[str, Sequence[Any]]:
    """What the documents of a connection left."""
    return {name: await plumbline.execute(query, of=find_id(path)) for name, query in LEFT.items()}


async def test_it_leaves_what_the_whole_way_leaves(plumbline: Plumbline) -> None:
    """Rows, generations, moments and what is said of customers are the same, document by document."""
    at_once, whole = await plumbline.open_active(), await plumbline.open_active()
    for position, sent in enumerate(STORY):
        with counting_round_trips() as asked:
            stored = await put(plumbline, at_once, sent)
        assert not began(asked), asked.tell()
        with counting_round_trips() as asked:
            # A call whose answer is kept has a transaction of its own.
            assert await put(plumbline, whole, sent, **{"idempotency-key": f"key-{position}"}) == stored
        assert began(asked)
        assert await list_left(plumbline, at_once) == await list_left(plumbline, whole)


async def test_a_connection_stays_known_beside_thousands(plumbline: Plumbline) -> None:
    """A process that serves four thousand businesses one after the other knows each when its turn comes again."""
    path = await plumbline.open_active()
    known = await plumbline.get_connection(path)
    intake: IntakeServices = plumbline.app.state.intake
    intake.known.remember(replace(known, id=uuid4(), organisation=None) for _ in range(4000))
    with counting_round_trips() as asked:
        assert await put(plumbline, path, document()) == 201
    assert not began(asked), asked.tell()
    # The caller's key, and the statement.
    assert asked.count <= 2, asked.tell()


async def test_a_webhook_is_one_round_trip(plumbline: Plumbline) -> None:
    """The document, the webhook and all that follows are one statement; the partner's secret is another."""
    path = await plumbline.open_active()
    with counting_round_trips() as asked:
        assert (await post(plumbline, changed(path, document()))).status_code == 200
    assert sum("partner_events" in text for text in asked.texts) == 1
    assert asked.count == 2, asked.tell()
    assert await list_outcomes(plumbline) == [("invoice.changed", "created")]
    [(kept, named)] = await plumbline.execute("SELECT payload, connection_id FROM partner_events")
    assert (kept, named) == (changed(path, document()), find_id(path))


@pytest.mark.parametrize(
    ("meanwhile", "faults"),
    [
        ("organisation = jsonb_set(organisation, '{currencies}', '[\"NZD\"]')", ["currency"]),
        (
            """settings_version = settings_version + 1,
            settings = jsonb_set(settings, '{taxes,gst}', '"EXEMPTOUTPUT"')""",
            ["total"],
        ),
        ("state = 'removed'", []),
    ],
    ids=["facts", "settings", "removed"],
)
async def test_a_connection_that_is_another_by_now_is_read_anew(
    plumbline: Plumbline, meanwhile: str, faults: list[str]
) -> None:
    """Whatever another process wrote counts for the next document: one judged by what was known is not stored by it."""
    path = await plumbline.open_active()
    await plumbline.execute(f"UPDATE connections SET {meanwhile}")  # noqa: S608 - the words above
    sent = document(amounts_are="tax_exclusive", total="2079.00")
    with counting_round_trips() as asked:
        answer = await plumbline.http.put(f"{path}/invoices/inv_1", json=sent)
    assert began(asked)
    assert answer.is_client_error
    assert name_faults(answer) == faults
    assert await plumbline.count("invoice_links") == 0


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (document(version=1, reference="Another"), 409),
        (document(), 200),
        (document(version=2, based_on=9), 422),
        (document(version=2, contact={"id": "cus_17", "name": "Kim", "version": 3}), 200),
        (document(version=2, lines=[line(unit_price="-1.00")], total=None), 422),
    ],
    ids=[
        "a version that is used",
        "the same again",
        "an unknown revision",
        "a customer's version",
        "a fault",
    ],
)
async def test_what_needs_a_look_goes_the_whole_way(
    plumbline: Plumbline, sent: dict[str, Any], status: int
) -> None:
    """It is answered as ever."""
    path = await plumbline.open_active()
    assert await put(plumbline, path, document()) == 201
    with counting_round_trips() as asked:
        assert await put(plumbline, path, sent) == status
    assert began(asked)


async def test_documents_of_one_moment_leave_the_newest(plumbline: Plumbline) -> None:
    """Versions of one invoice, and invoices that say different things of one customer, come together."""
    path = await plumbline.open_active()
    versions = [document(version=version, reference=f"PO {version}") for version in (2, 1, 3)]
    others = [
        document(id=f"inv_{number}", contact={"id": "cus_17", "name": f"Kim {number}"})
        for number in (2, 3, 4)
    ]
    statuses = await asyncio.gather(*(put(plumbline, path, sent) for sent in [*versions, *others]))
    assert set(statuses) <= {200, 201, 409}
    invoice = (await plumbline.http.get(f"{path}/invoices/inv_1")).json()
    assert invoice["partner"]["version"] == 3
    [(said,)] = await plumbline.execute("SELECT details ->> 'name' FROM contact_links")
    assert said in {"Kim Tran", "Kim 4"}
    assert await plumbline.count("invoice_links") == 4


async def test_one_whose_connection_is_held_waits_for_it(plumbline: Plumbline) -> None:
    """The loop holds it while it records; those of another connection that came with it are on disk meanwhile."""
    held, free = await plumbline.open_active(), await plumbline.open_active()
    async with plumbline.database.writing() as session:
        await lock_connection(session, find_id(held))
        waiting = asyncio.create_task(put(plumbline, held, document()))
        assert await put(plumbline, free, document()) == 201
        assert not waiting.done()
    assert await waiting == 201


async def test_a_document_of_a_connection_that_is_behind_moves_no_index_of_it(plumbline: Plumbline) -> None:
    """The first one makes it behind, which an index tells; one that follows is written in place."""
    path = await plumbline.open_active()
    connection = await plumbline.get_connection(path)
    in_place = text("SELECT pg_stat_get_xact_tuples_hot_updated(to_regclass('connections'))")
    async with plumbline.database.writing() as session:
        counts = []
        for number in (1, 2):
            sent = Document.model_validate(document(id=f"inv_{number}", number=f"INV-{number}"))
            [taken] = await take_in_arrivals(session, [Arrival(connection, sent, NOW, None)])
            assert not isinstance(taken, InputRefused)
            counts.append((await session.execute(in_place)).scalar_one())
        assert counts[1] == counts[0] + 1
    assert (await plumbline.get_connection(path)).generation == connection.generation + 2
