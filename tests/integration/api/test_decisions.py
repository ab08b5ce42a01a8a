"""Deciding over HTTP: what can be said, by whom, about what; twice is once; and the lists, their filters and sheets."""

import csv
import json
from typing import Any

import pytest

from app.domain.connections.connection import ConnectionState
from tests.integration.api.driver import Plumbline, document, name_faults

HELD = {"base": "PO 1177", "partner": "PO a", "xero": "PO x"}
RECORD = {
    "reference": "PO a",
    "status": "sent",
    "due_on": "2026-12-04",
    "line_order": ["l1"],
    "lines/l1/description": "Supply",
    "lines/l1/unit_price": "1890",
}


@pytest.fixture
async def path(plumbline: Plumbline) -> str:
    """A connection with an invoice on which a conflict is held, as the loop would leave it."""
    opened = await plumbline.open_active()
    await plumbline.http.put(f"{opened}/invoices/inv_1", json=document(id="inv_1"))
    await plumbline.execute(
        "UPDATE invoice_links SET record = :record, partner_shadow = :record, xero_shadow = :xero,"
        " open_conflicts = '[\"reference\"]', xero_invoice_id = 'x-1', settled_generation = generation",
        record=json.dumps(RECORD),
        xero=json.dumps(RECORD | {"reference": "PO x"}),
    )
    await add_conflict(plumbline, "reference", HELD)
    return opened


async def add_conflict(plumbline: Plumbline, where: str, values: Any, winner: str | None = None) -> None:
    """A conflict as the loop keeps it."""
    await plumbline.execute(
        "INSERT INTO conflicts (connection_id, link_id, path, values, winner, policy, revision)"
        " SELECT connection_id, id, :path, :values, :winner, :policy, 2 FROM invoice_links",
        path=where,
        values=json.dumps(values),
        winner=winner,
        policy="xero_wins" if winner else "hold",
    )


async def add_discrepancies(plumbline: Plumbline, number: int, kind: str = "value_differs") -> None:
    """Differences as the loop keeps them, one for each of so many paths."""
    await plumbline.execute(
        "INSERT INTO discrepancies (connection_id, link_id, kind, path, message, values)"
        " SELECT connection_id, id, :kind, 'lines/l' || n || '/description', '=cmd', :values"
        " FROM invoice_links, generate_series(1, :number) n",
        kind=kind,
        number=number,
        values=json.dumps({"base": "a", "partner": "=1+1", "xero": "c"}),
    )


async def conflict_id(plumbline: Plumbline, path: str, index: int = 0) -> int:
    """The id of a conflict of the list."""
    return int((await plumbline.http.get(f"{path}/conflicts")).json()["data"][index]["id"])


async def test_a_decision_is_stored_once_and_wakes_the_loop(plumbline: Plumbline, path: str) -> None:
    """201, then 200 for the very same; who, when and what was there before are kept (FEATURES E11)."""
    call = f"{path}/conflicts/{await conflict_id(plumbline, path)}/resolve"
    before = await plumbline.get_connection(path)
    first = await plumbline.http.post(call, json={"action": "take_xero", "note": "By phone."})
    assert first.status_code == 201, first.text
    stored = first.json()
    assert (await plumbline.http.get(first.headers["location"])).json() == stored
    assert (stored["state"], stored["note"], stored["invoice_id"]) == ("waiting", "By phone.", "inv_1")
    assert stored["fields"] == [
        {"path": "reference", "decided": "PO x", "before": {"partner": "PO a", "xero": "PO x"}}
    ]
    [key] = await plumbline.execute("SELECT id FROM api_keys")
    assert stored["decided_by"] == str(key[0])
    again = await plumbline.http.post(call, json={"action": "take_xero"})
    assert (again.status_code, again.json()["id"]) == (200, stored["id"])
    assert (await plumbline.get_connection(path)).generation == before.generation + 1
    assert await plumbline.count_nudges() >= 1
    [link] = await plumbline.execute("SELECT generation > settled_generation FROM invoice_links")
    assert link[0]
    other = await plumbline.http.post(call, json={"action": "take_partner"})
    assert other.status_code == 201
    listed = (await plumbline.http.get(f"{path}/resolutions", params={"limit": 1})).json()
    assert [one["id"] for one in listed["data"]] == [stored["id"]]
    rest = (await plumbline.http.get(f"{path}/resolutions", params={"cursor": listed["next"]})).json()
    assert [one["id"] for one in rest["data"]] == [other.json()["id"]]
    assert (await plumbline.http.get(f"{path}/resolutions/{stored['id']}")).json() == stored
    for state, count in (("waiting", 2), ("done", 0)):
        found = (await plumbline.http.get(f"{path}/resolutions", params={"state": state})).json()["data"]
        assert len(found) == count


NO_DECISIONS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["action"]),
    ({"action": "guess"}, ["action"]),
    ({"action": "merged"}, ["values"]),
    ({"action": "take_xero", "values": {"reference": "x"}}, ["values"]),
    ({"action": "relink"}, ["xero_id"]),
    ({"action": "relink", "xero_id": "x-1"}, ["xero_id"]),
    ({"action": "merged", "values": {"due_on": "2026-12-04"}}, ["values.due_on"]),
    ({"action": "merged", "values": {"reference": 7}}, ["values.reference"]),
    ({"action": "merged", "values": {"reference": "x" * 256}}, ["values.reference"]),
    ({"action": "ignore", "note": "x" * 1001}, ["note"]),
    ({"action": "ignore", "whatever": 1}, ["whatever"]),
]


async def test_what_cannot_be_meant_is_named(plumbline: Plumbline, path: str) -> None:
    """422 with the field, and nothing is stored."""
    call = f"{path}/conflicts/{await conflict_id(plumbline, path)}/resolve"
    for said, fields in NO_DECISIONS:
        answer = await plumbline.http.post(call, json=said)
        assert (answer.status_code, name_faults(answer)) == (422, fields), said
        assert await plumbline.count("resolutions") == 0, said


@pytest.mark.parametrize(
    ("values", "decided"),
    [
        ({"due_on": "2027-01-31"}, "2027-01-31"),
        ({"reference": ""}, None),
        ({"lines/l1/unit_price": "12.50"}, "12.5"),
        ({"lines/l1/tax": "gst"}, "gst"),
        ({"lines/l1/account": "200"}, "200"),
        ({"lines/l1/tax_type": "OUTPUT"}, "OUTPUT"),
        ({"sent_at": "2026-11-20T14:15:00+11:00"}, "2026-11-20T03:15:00Z"),
        ({"contact": "cus_17"}, "cus_17"),
    ],
)
async def test_a_given_value_is_read_as_its_fields_kind(
    plumbline: Plumbline, path: str, values: dict[str, Any], decided: Any
) -> None:
    """In canonical form, whatever the discrepancy is about."""
    await add_discrepancies(plumbline, 1)
    [found] = (await plumbline.http.get(f"{path}/discrepancies")).json()["data"]
    answer = await plumbline.http.post(
        f"{path}/discrepancies/{found['id']}/resolve", json={"action": "merged", "values": values}
    )
    assert answer.status_code == 201, answer.text
    assert [field["decided"] for field in answer.json()["fields"]] == [decided]


WRONG_VALUES: list[tuple[str, Any]] = [
    ("due_on", "31.1.2027"),
    ("due_on", "2027-02-30"),
    ("status", "draft"),
    ("currency", "aud"),
    ("contact", "cus_99"),
    ("lines/l1/unit_price", "1,5"),
    ("lines/l1/unit_price", 5),
    ("lines/l1/account", "999"),
    ("lines/l1/tax_type", "NOPE"),
    ("lines/l1/tracking", {}),
    ("lines/l9/description", "x"),
    ("lines/l1", {}),
    ("payments/p1/amount", "5"),
    ("is_sent", True),
    ("job", {"name": "no id"}),
]


async def test_a_given_value_of_the_wrong_kind_is_refused_by_path(plumbline: Plumbline, path: str) -> None:
    """422 that names the path."""
    await add_discrepancies(plumbline, 1)
    [found] = (await plumbline.http.get(f"{path}/discrepancies")).json()["data"]
    for where, value in WRONG_VALUES:
        answer = await plumbline.http.post(
            f"{path}/discrepancies/{found['id']}/resolve", json={"action": "merged", "values": {where: value}}
        )
        assert answer.status_code == 422, where
        assert all(field.startswith(f"values.{where}") for field in name_faults(answer)), where


async def test_many_are_decided_at_once_each_with_its_answer(plumbline: Plumbline, path: str) -> None:
    """Up to a hundred; what is refused says why, and the others are stored."""
    await add_conflict(plumbline, "due_on", {"partner": "2027-01-01", "xero": "2027-01-02"}, "xero")
    held, settled = [await conflict_id(plumbline, path, n) for n in (0, 1)]
    sent = [
        {"conflict_id": held, "action": "take_partner"},
        {"conflict_id": settled, "action": "take_partner"},
        {"conflict_id": held, "action": "take_partner"},
        {"conflict_id": 10**6, "action": "ignore"},
        {"discrepancy_id": 10**6, "action": "ignore"},
        {"conflict_id": held, "action": "merged", "values": {"due_on": "2027-01-01"}},
    ]
    answer = await plumbline.http.post(f"{path}/resolutions", json={"resolutions": sent})
    assert answer.status_code == 200, answer.text
    answers = answer.json()["data"]
    assert [one["outcome"] for one in answers] == [
        "stored", "stored", "unchanged", "refused", "refused", "refused"
    ]  # fmt: skip
    assert answers[1]["resolution"]["fields"][0]["decided"] == "2027-01-01"
    assert [one["problem"]["status"] for one in answers[3:]] == [404, 404, 422]
    assert await plumbline.count("resolutions") == 2
    for bad in ([], [sent[0]] * 101, [{"action": "ignore"}], [sent[0] | {"discrepancy_id": 1}]):
        refused = await plumbline.http.post(f"{path}/resolutions", json={"resolutions": bad})
        assert refused.status_code == 422


async def test_words_that_cannot_be_kept_are_refused(plumbline: Plumbline, path: str) -> None:
    """A NUL in a note, or in the code of an item that both sides are to have, is named; nothing is decided."""
    await add_conflict(plumbline, "lines/l1/item_code", {"base": "A", "partner": "B", "xero": "C"}, "xero")
    header, code = [
        f"{path}/conflicts/{await conflict_id(plumbline, path, index)}/resolve" for index in (0, 1)
    ]
    noted = await plumbline.http.post(header, json={"action": "take_xero", "note": "a\x00"})
    assert (noted.status_code, name_faults(noted)) == (422, ["note"])
    given = {"lines/l1/item_code": "a\x00"}
    merged = await plumbline.http.post(code, json={"action": "merged", "values": given})
    assert (merged.status_code, name_faults(merged)) == (422, ["values.lines/l1/item_code"])
    half = '{"action": "merged", "values": {"\\ud800": "x"}}'
    headers = {"content-type": "application/json"}
    assert (await plumbline.http.post(code, content=half, headers=headers)).status_code == 422
    assert await plumbline.count("resolutions") == 0


async def test_an_undo_is_a_resolution_of_its_own_and_comes_in_time_or_not_at_all(
    plumbline: Plumbline, path: str
) -> None:
    """Twice is once; what has ended, or is an undoing itself, cannot be taken back (N12)."""
    call = f"{path}/conflicts/{await conflict_id(plumbline, path)}/resolve"
    stored = (await plumbline.http.post(call, json={"action": "take_xero"})).json()
    undo = await plumbline.http.post(f"{path}/resolutions/{stored['id']}/undo", json={"note": "Wrong one."})
    assert (undo.status_code, undo.json()["action"], undo.json()["undoes"]) == (201, "undo", stored["id"])
    assert (await plumbline.http.get(undo.headers["location"])).json()["id"] == undo.json()["id"]
    again = await plumbline.http.post(f"{path}/resolutions/{stored['id']}/undo")
    assert (again.status_code, again.json()["id"]) == (200, undo.json()["id"])
    twice = await plumbline.http.post(f"{path}/resolutions/{undo.json()['id']}/undo")
    assert (twice.status_code, twice.json()["type"]) == (409, "/problems/decision_refused")
    await plumbline.execute("UPDATE resolutions SET state = 'not_possible' WHERE action = 'undo'")
    await plumbline.execute(
        "UPDATE resolutions SET state = 'done', carried_at = now() WHERE action <> 'undo'"
    )
    late = await plumbline.http.post(f"{path}/resolutions/{stored['id']}/undo")
    assert (late.status_code, "edited since" in late.json()["detail"]) == (409, True)


async def test_who_may_decide_and_about_what(plumbline: Plumbline, path: str) -> None:
    """A key that only reads may look; another partner's conflict, and a removed connection, are as everywhere."""
    number = await conflict_id(plumbline, path)
    call, elsewhere = f"{path}/conflicts/{number}/resolve", await plumbline.open_active()
    await plumbline.execute("UPDATE api_keys SET role = 'read'")
    assert (await plumbline.http.post(call, json={"action": "ignore"})).status_code == 403
    assert (await plumbline.http.get(f"{path}/conflicts/{number}")).status_code == 200
    await plumbline.execute("UPDATE api_keys SET role = 'member'")
    foreign = await plumbline.http.post(f"{elsewhere}/conflicts/{number}/resolve", json={"action": "ignore"})
    assert foreign.status_code == 404
    assert (await plumbline.http.get(f"{elsewhere}/conflicts/{number}")).status_code == 404
    async with plumbline.as_partner("plk_nobody") as stranger:
        assert (await stranger.get(f"{path}/comparison")).status_code == 401
    await plumbline.set_state(path, ConnectionState.REMOVED)
    removed = await plumbline.http.post(call, json={"action": "ignore"})
    assert (removed.status_code, removed.json()["type"]) == (409, "/problems/connection_removed")


async def test_conflicts_are_filtered_and_told_in_words(plumbline: Plumbline, path: str) -> None:
    """By state and policy; the story names base, both values and who decided (N1)."""
    await add_conflict(plumbline, "due_on", {"base": "a", "partner": "b", "xero": "c"}, "xero")
    await plumbline.execute(
        "INSERT INTO conflicts (connection_id, link_id, path, values, policy, revision, closed_at)"
        " SELECT connection_id, id, 'number', '{}', 'hold', 2, now() FROM invoice_links"
    )
    for query, paths in (
        ({"state": "held"}, ["reference"]),
        ({"state": "settled"}, ["due_on"]),
        ({"state": "closed"}, ["number"]),
        ({"state": "ignored"}, []),
        ({"policy": "hold"}, ["reference", "number"]),
    ):
        found = (await plumbline.http.get(f"{path}/conflicts", params=query)).json()["data"]
        assert [conflict["path"] for conflict in found] == paths, query
    told = (await plumbline.http.get(f"{path}/conflicts/{await conflict_id(plumbline, path, 1)}")).json()
    assert "both had agreed on 'a'" in told["explanation"]
    assert "The policy xero_wins decided for Xero. What the app said is kept here" in told["explanation"]
    assert {offer["action"] for offer in told["choices"]} == {"take_xero", "take_partner", "merged", "relink"}
    held = (await plumbline.http.get(f"{path}/conflicts/{await conflict_id(plumbline, path)}")).json()
    assert held["now"] == {"partner": "PO a", "xero": "PO x"}
    assert "It is held for a person" in held["explanation"]


async def test_a_sheet_holds_every_page_and_no_formula(plumbline: Plumbline, path: str) -> None:
    """Streamed past the size of a page, with the filters of the list; both addresses give the same."""
    await add_discrepancies(plumbline, 1201)
    sheet = await plumbline.http.get(f"{path}/discrepancies.csv", params={"kind": "value_differs"})
    assert (sheet.status_code, sheet.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    rows = list(csv.DictReader(sheet.text.splitlines()))
    assert len(rows) == len({row["path"] for row in rows}) == 1201
    assert {(row["partner"], row["message"], row["state"]) for row in rows} == {("'=1+1", "'=cmd", "open")}
    asked = await plumbline.http.get(f"{path}/discrepancies", headers={"accept": "text/csv"})
    assert asked.text == sheet.text
    none = await plumbline.http.get(f"{path}/discrepancies.csv", params={"state": "ignored"})
    assert len(none.text.splitlines()) == 1
    paged = (await plumbline.http.get(f"{path}/discrepancies", params={"limit": 2})).json()
    assert [one["path"] for one in paged["data"]] == ["lines/l1/description", "lines/l2/description"]
    one = await plumbline.http.get(f"{path}/discrepancies/{paged['next']}")
    assert [offer["action"] for offer in one.json()["choices"]][:2] == ["take_xero", "take_partner"]
    for query in ("kind=x", "state=x", "invoice_id=%20"):
        answer = await plumbline.http.get(f"{path}/discrepancies.csv?{query}")
        assert (answer.status_code, name_faults(answer)) == (422, [query.partition("=")[0]])


async def test_before_any_compare_nothing_is_claimed(plumbline: Plumbline, path: str) -> None:
    """Every doubt is a count with the list that shows it (N10)."""
    shown = (await plumbline.http.get(f"{path}/comparison")).json()
    assert (shown["state"], shown["equal_as_of"], shown["last"]) == ("never", None, None)
    doubts = {doubt["code"]: doubt for doubt in shown["against"]}
    assert set(doubts) == {"never_compared", "contacts_behind", "invoices_behind", "conflicts_held"}
    listed = doubts["invoices_behind"]["list"].removeprefix("GET ")
    assert len((await plumbline.http.get(listed)).json()["data"]) == doubts["invoices_behind"]["count"]
    assert (await plumbline.http.post(f"{path}/compare")).status_code == 202
    assert (await plumbline.http.get(f"{path}/comparison")).json()["state"] == "waiting"
