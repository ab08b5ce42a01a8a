"""Lists of what happened: the newest first by choice, page by page, and by an index whichever end they begin at."""

import json
from dataclasses import replace
from itertools import product as product_of
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Select

from app.db.connections.settings import build_versions_page
from app.db.findings.attempts import build_attempts_page
from app.db.findings.conflicts import WantedConflicts, build_conflicts_page
from app.db.findings.discrepancies import WantedDiscrepancies, build_discrepancies_page
from app.db.findings.resolutions import WantedResolutions, build_resolutions_page
from app.db.invoices.invoice_lists import Wanted, build_page
from app.db.life.trials import build_trials_page
from app.db.links.held import HeldWanted, build_held_page
from app.db.links.listing import Sort
from app.db.postgres.numbered import Numbered
from app.domain.trials.trial import UNTRIED
from tests.integration.api.driver import Plumbline, document
from tests.integration.api.plans import ROWS, explain, fill
from tests.integration.api.test_contacts import contact
from tests.integration.api.test_decisions import add_conflict, add_discrepancies
from tests.integration.api.test_items import product
from tests.integration.api.test_lists import NOW

FEW = 5
ATTEMPTS = """
INSERT INTO attempts (connection_id, link_id, action, moves, outcome)
SELECT connection_id, id, 'update', '{}', 'done' FROM {links}, generate_series(1, 5)
"""
HOLDING = """
UPDATE invoice_links SET state = 'held', settled_generation = generation, reason_code = 'plan_limit',
    reason_message = 'The plan is used up.', reason_cure = 'Raise it.'
"""
TRIALS = """
INSERT INTO test_transactions (id, connection_id, state, created_at, ended_at, steps)
SELECT gen_random_uuid(), id, 'passed', now() - n % 3 * interval '1 hour', now(), CAST(:steps AS jsonb)
FROM connections, generate_series(1, :rows) n
"""
STEPS = json.dumps([step.to_json() for step in UNTRIED])
LISTS = (
    "conflicts",
    "discrepancies",
    "resolutions",
    "settings/versions",
    *(f"{each}/attempts" for each in ("invoices/inv_1", "contacts/cus_9", "items/prd_1")),
    *(f"{each}/history" for each in ("invoices/inv_1", "contacts/cus_9", "items/prd_1")),
    "links",
    "held",
    "test-transactions",
)


@pytest.fixture
async def path(plumbline: Plumbline) -> str:
    """A connection of which everything was told five times over."""
    opened = await plumbline.open_active()
    (await plumbline.http.put(f"{opened}/invoices/inv_1", json=document())).raise_for_status()
    (await plumbline.http.put(f"{opened}/contacts/cus_9", json=contact(id="cus_9"))).raise_for_status()
    (await plumbline.http.put(f"{opened}/items/prd_1", json=product(id="prd_1"))).raise_for_status()
    for links in ("invoice_links", "contact_links", "item_links"):
        await plumbline.execute(ATTEMPTS.replace("{links}", links))
    await add_discrepancies(plumbline, FEW)
    for n in range(FEW):
        await add_conflict(plumbline, f"lines/l{n}/description", {"partner": "a", "xero": "b"}, "xero")
        changed = await plumbline.http.patch(f"{opened}/settings", json={"due_days": n + 1})
        changed.raise_for_status()
    await plumbline.execute(
        "INSERT INTO resolutions (id, connection_id, link_id, kind, action, decided_at)"
        " SELECT gen_random_uuid(), connection_id, id, 'invoice', 'ignore', now() + n % 3 * interval '1 hour'"
        " FROM invoice_links, generate_series(1, 5) n"
    )
    for n in range(2, FEW + 1):
        (
            await plumbline.http.put(f"{opened}/invoices/inv_{n}", json=document(id=f"inv_{n}", number=None))
        ).raise_for_status()
    await plumbline.execute(HOLDING)
    await plumbline.execute(TRIALS, rows=FEW, steps=STEPS)
    return opened


async def walk(plumbline: Plumbline, where: str, **query: str) -> list[str]:
    """The entries of every page of a list, two to a page, as they are shown."""
    seen: list[str] = []
    cursor: dict[str, str] | None = {}
    while cursor is not None:
        answer = await plumbline.http.get(where, params={**query, **cursor, "limit": "2"})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        seen += [json.dumps(each) for each in page["data"]]
        cursor = {"cursor": page["next"]} if page["next"] else None
    return seen


async def test_a_list_is_read_from_its_newest_entry_on(plumbline: Plumbline, path: str) -> None:
    """The same entries as from the oldest on, the other way round, whatever else narrows the list (E9, N12)."""
    for where in LISTS:
        oldest_first = await walk(plumbline, f"{path}/{where}")
        assert len(set(oldest_first)) >= FEW, where
        assert await walk(plumbline, f"{path}/{where}", sort="created") == oldest_first, where
        assert await walk(plumbline, f"{path}/{where}", sort="-created") == oldest_first[::-1], where
        if where in ("conflicts", "discrepancies", "resolutions"):
            narrowed = {"invoice_id": "inv_1"}
            assert await walk(plumbline, f"{path}/{where}", sort="-created", **narrowed) == oldest_first[::-1]
            narrowed = {"contact_id": "cus_9"}
            assert await walk(plumbline, f"{path}/{where}", sort="-created", **narrowed) == []


async def test_a_sort_that_is_not_known_is_refused_with_those_that_are(
    plumbline: Plumbline, path: str
) -> None:
    """By the same member in every list."""
    for where in [*LISTS, "payments", "credits"]:
        answer = await plumbline.http.get(f"{path}/{where}", params={"sort": "newest"})
        [fault] = answer.json()["errors"]
        assert (answer.status_code, fault["field"]) == (422, "sort"), where
        assert "-created" in fault["message"], where


OTHERS = 4
"""Connections beside, of which as much is known."""

MANY_CONFLICTS = """
INSERT INTO conflicts (connection_id, link_id, path, values, winner, policy, revision)
SELECT connections.id, link.id, 'reference', '{}', 'xero', 'xero_wins', 2
FROM connections, invoice_links AS link ORDER BY connections.id
"""
MANY_DISCREPANCIES = """
INSERT INTO discrepancies (connection_id, link_id, kind, path, message, values, state)
SELECT connections.id, link.id, 'value_differs', 'reference', 'x', '{}', 'resolved'
FROM connections, invoice_links AS link ORDER BY connections.id
"""
MANY_RESOLUTIONS = """
INSERT INTO resolutions (id, connection_id, link_id, kind, action, decided_at, state)
SELECT gen_random_uuid(), connections.id, link.id, 'invoice', 'ignore', now() - random() * interval '9 days', 'done'
FROM connections, invoice_links AS link ORDER BY connections.id
"""
MANY_VERSIONS = """
INSERT INTO settings_versions (id, connection_id, number, settings)
SELECT gen_random_uuid(), connections.id, 1000 + n, '{}' FROM connections, generate_series(1, 4000) n
"""
MANY = (
    MANY_CONFLICTS,
    MANY_DISCREPANCIES,
    MANY_RESOLUTIONS,
    MANY_VERSIONS,
    ATTEMPTS.replace("{links}", "invoice_links"),
    "ANALYZE conflicts, discrepancies, resolutions, attempts, settings_versions, test_transactions",
)


HELD = [
    {f"ix_{links}_{name}" for name in ("held", "retry", "listed")}
    for links in ("invoice_links", "contact_links", "item_links")
]
"""Of a page of what is held: of each kind the few that are, sorted, or its list in its order."""


async def test_either_end_of_each_is_found_by_an_index(plumbline: Plumbline) -> None:
    """Over some thousand entries no table is read whole, whichever end the list begins at and wherever it goes on.

    From a number on, the numbers' own index is as good while a connection has a good part of all entries.
    """
    path = await plumbline.open_active()
    for n in range(OTHERS):
        await plumbline.open_connection(f"another {n}")
    await fill(plumbline, path)
    await plumbline.execute(TRIALS, rows=ROWS, steps=STEPS)
    for statement in MANY:
        await plumbline.execute(statement)
    connection_id, link_id = UUID(path.split("/")[3]), uuid4()
    for newest_first, after in product_of((False, True), (0, 10_000)):
        page = Numbered(after, 50, newest_first)
        of_settings = replace(page, after=min(after, 3000))
        plans: list[tuple[Select[*tuple[Any, ...]], set[str]]] = [
            (
                build_conflicts_page(connection_id, WantedConflicts(page)),
                {"ix_conflicts_feed", "pk_conflicts"},
            ),
            (
                build_discrepancies_page(connection_id, WantedDiscrepancies(page)),
                {"ix_discrepancies_feed", "pk_discrepancies"},
            ),
            (build_attempts_page(link_id, page), {"ix_attempts_link"}),
            (build_versions_page(connection_id, of_settings), {"uq_settings_versions_number"}),
        ]
        for asked, indexes in plans:
            used = await explain(plumbline, asked)
            expected = indexes if after else {each for each in indexes if not each.startswith("pk_")}
            assert used & expected, (page, used)
    for newest_first, place in product_of((False, True), (None, (NOW, uuid4()))):
        wanted = WantedResolutions(after=place, is_newest_first=newest_first)
        used = await explain(plumbline, build_resolutions_page(connection_id, wanted))
        assert "ix_resolutions_listed" in used, used
    for sort, place in product_of((Sort.CREATED, Sort.CREATED_LAST), (None, (NOW, uuid4()))):
        used = await explain(plumbline, build_trials_page(connection_id, sort, place, 50))
        assert "ix_test_transactions_listed" in used, used
        used = await explain(plumbline, build_page(connection_id, Wanted(sort=sort, after=place, limit=50)))
        assert "ix_invoice_links_listed" in used, used
        used = await explain(plumbline, build_held_page(connection_id, HeldWanted(after=place, sort=sort)))
        assert all(used & among for among in HELD), used
