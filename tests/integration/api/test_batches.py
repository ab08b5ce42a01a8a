"""Many documents in one call: each taken or refused by itself, in as few statements as one takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.domain.connections.connection import ConnectionState
from app.domain.connections.settings import ItemSync
from tests.integration.api.driver import SETTINGS, Plumbline, document, line, name_faults
from tests.integration.api.test_contacts import contact
from tests.integration.api.test_items import product

Json = dict[str, Any]


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """The statements that are sent while the block runs, by whatever engine of this process."""
    said: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def many(kind: str, count: int, version: int = 1) -> list[Json]:
    """So many documents of a kind, of as many things."""
    numbers = range(count)
    if kind == "invoices":
        named = [{"id": f"cus_{n % 7}", "name": f"Customer {n % 7}"} for n in numbers]
        return [document(id=f"i_{n}", version=version, based_on=None, contact=named[n]) for n in numbers]
    if kind == "contacts":
        return [contact(id=f"c_{n}", version=version) for n in numbers]
    return [product(id=f"p_{n}", code=f"C{n}", version=version) for n in numbers]


@pytest.mark.parametrize("kind", ["invoices", "contacts", "items"])
async def test_a_hundred_cost_no_more_statements_than_one(plumbline: Plumbline, kind: str) -> None:
    """New, newer, the same again and older: the count is that of a single one, and each has its outcome."""
    path = await plumbline.open_active(replace(SETTINGS, items=ItemSync.ON))
    for version, outcome in ((2, "created"), (3, "updated"), (3, "unchanged"), (1, "stale")):
        counts = []
        for count in (1, 100):
            # The single one is another thing, of a connection of its own.
            where = path if count > 1 else await plumbline.open_active(replace(SETTINGS, items=ItemSync.ON))
            if count == 1 and outcome != "created":
                await plumbline.http.put(
                    f"{where}/{kind}", json={kind: many(kind, 1, 2 if version == 3 else 3)}
                )
            if count == 1 and outcome == "unchanged":
                await plumbline.http.put(f"{where}/{kind}", json={kind: many(kind, 1, 3)})
            sent = many(kind, count, version)
            with counted_statements() as said:
                answer = await plumbline.http.put(f"{where}/{kind}", json={kind: sent})
            assert answer.status_code == 200, answer.text
            taken = answer.json()["data"]
            assert [one["id"] for one in taken] == [one["id"] for one in sent]
            assert {one["outcome"] for one in taken} == {outcome}
            assert {one["held_version"] for one in taken} == {3 if version == 1 else version}
            counts.append(len(said))
        assert counts[0] == counts[1] <= 10, (outcome, counts)


async def test_one_bad_element_stops_no_other(plumbline: Plumbline) -> None:
    """What does not fit, or contradicts itself or its history, is answered with its problem; the rest is stored."""
    path = await plumbline.open_active()
    await plumbline.http.put(f"{path}/invoices/i_held", json=document(id="i_held", version=7))
    elements: list[tuple[Any, str, list[str]]] = [
        (document(id="i_1"), "created", []),
        ("nonsense", "invalid_document", ["body"]),
        ({"id": 5}, "invalid_document", ["id"]),
        (document(id="i_2", lines=[line(unit_price="1.00001")]), "invalid_document", ["lines.0.unit_price"]),
        (document(id="i_3", total="1.00"), "invalid_document", ["total"]),
        (document(id="i_4", based_on=9), "invalid_document", ["based_on"]),
        (document(id="i_held", version=7, reference="other"), "version_reused", ["version"]),
        (document(id="i_held", version=6), "stale", []),
        (document(id="i_held", version=8, reference="newer"), "updated", []),
        (document(id="i_5", contact={"id": "cus_5", "name": "Lee"}), "created", []),
    ]
    answer = await plumbline.http.put(
        f"{path}/invoices", json={"invoices": [element for element, *_ in elements]}
    )
    for taken, (_, expected, fields) in zip(answer.json()["data"], elements, strict=True):
        if taken["outcome"] == "refused":
            assert taken["problem"]["type"] == f"/problems/{expected}"
            named = [error["field"] for error in taken["problem"]["errors"]]
            assert named[: len(fields)] == fields
        else:
            assert (taken["outcome"], taken["problem"]) == (expected, None)
    assert [one["held_version"] for one in answer.json()["data"]][5:9] == [None, 7, 7, 8]
    listed = (await plumbline.http.get(f"{path}/invoices")).json()["data"]
    assert {(one["id"], one["partner"]["version"]) for one in listed} == {
        ("i_held", 8), ("i_1", 1), ("i_5", 1),
    }  # fmt: skip
    assert (await plumbline.http.get(f"{path}/contacts/cus_5")).status_code == 200


async def test_several_versions_of_one_thing_are_taken_in_their_order(plumbline: Plumbline) -> None:
    """As if each had come by a call of its own; what they say of a customer counts as it would then, too."""
    path = await plumbline.open_active()
    emails = ("a@example.com", "b@example.com")
    sent = [
        document(version=n, contact={"id": "cus_1", "name": "Kim", "email": email})
        for n, email in enumerate(emails, start=1)
    ]
    taken = (await plumbline.http.put(f"{path}/invoices", json={"invoices": sent})).json()["data"]
    assert [one["outcome"] for one in taken] == ["created", "updated"]
    [row] = await plumbline.execute("SELECT details ->> 'email' FROM contact_links")
    assert row[0] == "b@example.com"
    again = (await plumbline.http.put(f"{path}/invoices", json={"invoices": sent[::-1]})).json()["data"]
    assert [one["outcome"] for one in again] == ["unchanged", "stale"]
    mentions = [
        document(id=f"m_{n}", contact={"id": "cus_2", "name": "Lee", "phone": str(n), **more})
        for n, more in enumerate(({"version": 2}, {"version": 5}, {"version": 4}, {}))
    ]
    await plumbline.http.put(f"{path}/invoices", json={"invoices": mentions})
    [row] = await plumbline.execute(
        "SELECT details ->> 'phone', details_version FROM contact_links WHERE partner_contact_id = 'cus_2'"
    )
    assert tuple(row) == ("1", 5)


async def test_a_batch_wakes_one_worker_and_is_refused_as_a_whole_only_for_itself(
    plumbline: Plumbline,
) -> None:
    """Too many, none, an unknown member, another's connection, a removed one; and nothing of it is stored."""
    path = await plumbline.open_active()
    where = f"{path}/invoices"
    unfit: list[Json] = [{"invoices": many("invoices", 101)}, {"invoices": []}, {"documents": []}]
    for body in unfit:
        assert (await plumbline.http.put(where, json=body)).status_code == 422
    unknown = "/v1/connections/00000000-0000-4000-8000-000000000000/invoices"
    assert (await plumbline.http.put(unknown, json={"invoices": many("invoices", 1)})).status_code == 404
    assert await plumbline.count("invoice_links") == 0
    await plumbline.http.put(where, json={"invoices": many("invoices", 3)})
    assert await plumbline.count_nudges() == 1
    await plumbline.set_state(path, ConnectionState.REMOVED)
    refused = await plumbline.http.put(where, json={"invoices": many("invoices", 3, 2)})
    assert (refused.json()["type"], name_faults(refused)) == ("/problems/connection_removed", [])
