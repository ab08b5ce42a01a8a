"""Payments and credits one by one: each is its invoice's next document, and is answered as that would be."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.integration.api.driver import Plumbline, document, name_faults
from tests.integration.api.test_batches import counted_statements

Json = dict[str, Any]


def payment(**changes: Any) -> Json:
    """A payment that makes version 2 of inv_1."""
    whole = {"invoice_id": "inv_1", "id": "p1", "version": 2, "amount": "500.00", "paid_on": "2026-11-20"}
    return whole | changes


def credit(**changes: Any) -> Json:
    """A credit note that makes version 2 of inv_1."""
    whole = {"invoice_id": "inv_1", "id": "c1", "version": 2, "amount": "90.00", "applied_on": "2026-11-20"}
    return whole | {"kind": "credit_note"} | changes


async def open_with_invoice(plumbline: Plumbline, **changes: Any) -> str:
    """A connection whose app has sent one invoice."""
    path = await plumbline.open_active()
    (await plumbline.http.put(f"{path}/invoices/inv_1", json=document(**changes))).raise_for_status()
    return path


async def merge(plumbline: Plumbline, invoice_id: str = "inv_1", **fields: Any) -> None:
    """Have the newest document taken in, as the loop does, and Xero hold these fields."""
    await plumbline.execute(
        "UPDATE invoice_links SET settled_generation = generation, state = 'settled',"
        " merged_version = document_version, merged_based_on = coalesce(document_based_on, 0),"
        " xero_invoice_id = coalesce(xero_invoice_id, 'x-1'), record = record || CAST(:fields AS jsonb),"
        " partner_shadow = partner_shadow || CAST(:fields AS jsonb),"
        " xero_shadow = xero_shadow || CAST(:fields AS jsonb), has_parts = :has_parts WHERE partner_invoice_id = :id",
        id=invoice_id,
        fields=json.dumps(fields),
        has_parts=any(path.startswith(("payments/", "credits/")) for path in fields),
    )


async def test_a_payment_is_put_in_and_taken_out(plumbline: Plumbline) -> None:
    """201 with where it stands on both sides; the invoice's document has it; the same again changes nothing (I15)."""
    path = await open_with_invoice(plumbline, payments=[payment_of("p0")])
    where = f"{path}/invoices/inv_1/payments/p1"
    made = await plumbline.http.put(where, json=payment(method="card", fee="8.75"))
    assert made.status_code == 201, made.text
    shown = made.json()
    assert (shown["state"], shown["amount"], shown["currency"], shown["fee"]) == (
        "behind",
        "500.00",
        "AUD",
        "8.75",
    )
    assert (shown["partner"]["method"], shown["xero"], shown["account_id"]) == ("card", None, None)
    assert (await plumbline.http.get(where)).json() == shown
    invoice = (await plumbline.http.get(f"{path}/invoices/inv_1")).json()["partner"]
    assert (invoice["version"], [one["id"] for one in invoice["document"]["payments"]]) == (2, ["p0", "p1"])
    assert (invoice["total"], invoice["amount_due"]) == ("1890.00", "1290.00"), (
        "the fee is no money of the invoice's"
    )
    before = await plumbline.get_connection(path)
    again = await plumbline.http.put(where, json=payment(method="card", fee="8.75"))
    assert (again.status_code, await plumbline.get_connection(path)) == (200, before)

    gone = await plumbline.http.delete(where, params={"version": 3})
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await plumbline.http.get(where)).status_code == 404
    assert (await plumbline.http.delete(where, params={"version": 3})).status_code == 204, "sent twice"
    held = (await plumbline.http.get(f"{path}/invoices/inv_1")).json()["partner"]["document"]
    assert (held["version"], held["payments"]) == (3, [payment_of("p0")])


def payment_of(key: str) -> Json:
    """A payment as a document lists it."""
    return {"id": key, "amount": "100.00", "paid_on": "2026-11-20", "method": None}


REFUSED: dict[str, tuple[Json, str, list[str]]] = {
    "an older version": (payment(version=4), "stale_document", ["version"]),
    "a version that is held with other content": (payment(version=5), "version_reused", ["version"]),
    "a version that leaves one out": (payment(version=7), "version_skipped", ["version"]),
    "a revision that never was": (payment(version=6, based_on=9), "invalid_document", ["based_on"]),
    "a fee below zero": (payment(version=6, fee="-1"), "invalid_request", ["fee"]),
    "an amount of nothing": (payment(version=6, amount="0"), "invalid_request", ["amount"]),
    "an unknown member": (payment(version=6, colour="red"), "invalid_request", ["colour"]),
    "another place": (payment(version=6, id="p2", invoice_id="inv_2"), "invalid_document", ["invoice_id", "id"]),
    "no version": ({"invoice_id": "inv_1", "id": "p1", "amount": "1", "paid_on": "2026-11-20"}, "invalid_request",
                   ["version"]),
}  # fmt: skip


async def test_a_payment_is_refused_as_its_document_would_be(plumbline: Plumbline) -> None:
    """By its version, its base and its fields; nothing is stored, and the batch says the same of each."""
    path = await open_with_invoice(plumbline, version=5)
    before = await plumbline.get_connection(path)
    for name, (refused, code, fields) in REFUSED.items():
        answer = await plumbline.http.put(f"{path}/invoices/inv_1/payments/p1", json=refused)
        assert (answer.json()["type"], name_faults(answer)) == (f"/problems/{code}", fields), name
    unknown = payment(invoice_id="inv_9", version=1)
    assert (await plumbline.http.put(f"{path}/invoices/inv_9/payments/p1", json=unknown)).status_code == 404
    absent = await plumbline.http.delete(f"{path}/invoices/inv_1/payments/p9", params={"version": 6})
    assert absent.status_code == 404
    assert await plumbline.get_connection(path) == before

    one_by_one = [*REFUSED.values(), (unknown, "not_found", [])]
    sent = [element for element, *_ in one_by_one if element.get("id") == "p1"]
    taken = (await plumbline.http.put(f"{path}/payments", json={"payments": sent})).json()["data"]
    assert [one["outcome"] for one in taken] == ["stale", *["refused"] * (len(sent) - 1)]
    assert [one["invoice_id"] for one in taken] == [element["invoice_id"] for element in sent]
    codes = [code for element, code, _ in one_by_one if element.get("id") == "p1"][1:]
    wanted = [code if code != "invalid_request" else "invalid_document" for code in codes]
    assert [one["problem"]["type"].rpartition("/")[2] for one in taken[1:]] == wanted


async def test_what_the_app_applied_since_its_document_is_kept(plumbline: Plumbline) -> None:
    """The next document is of what it holds now, so no change of ours is taken back; a gap is refused."""
    path = await open_with_invoice(plumbline)
    shadow = {"reference": "PO 1177", "currency": "AUD", "status": "sent", "amounts_are": "tax_inclusive"}
    line = {"description": "Unit", "quantity": "1", "unit_price": "1890", "category": None, "tax": "gst"}
    whole: Json = shadow | {"issued_on": "2026-11-20", "contact": "cus_17", "line_order": ["l1"]}
    of_line: Json = {f"lines/l1/{name}": value for name, value in line.items()}
    await merge(plumbline, **whole, **of_line)
    await plumbline.execute("UPDATE invoice_links SET revision = 3")
    body = {
        "connection_id": "",
        "business_id": "b",
        "invoice_id": "inv_1",
        "revision": 3,
        "fields": [],
        "caused_by": {},
    }
    await plumbline.execute(
        "INSERT INTO changes (connection_id, link_id, revision, moves, body) SELECT connection_id, id, 3,"
        " CAST(:moves AS jsonb), CAST(:body AS jsonb) FROM invoice_links",
        moves=json.dumps({"reference": {"before": "PO 1177", "after": "PO 9"}}),
        body=json.dumps(body),
    )
    early = await plumbline.http.put(f"{path}/invoices/inv_1/payments/p1", json=payment(version=3))
    assert early.json()["type"] == "/problems/version_skipped", "nothing says yet that the app has applied it"
    [change] = (await plumbline.http.get(f"{path}/changes")).json()["data"]
    await plumbline.http.post(f"{path}/changes/acknowledge", json={"cursor": change["cursor"]})
    skipped = await plumbline.http.put(f"{path}/invoices/inv_1/payments/p1", json=payment(version=4))
    assert (skipped.json()["type"], skipped.json()["held_version"]) == ("/problems/version_skipped", 1)
    made = await plumbline.http.put(f"{path}/invoices/inv_1/payments/p1", json=payment(version=3))
    assert made.status_code == 201, made.text
    held = (await plumbline.http.get(f"{path}/invoices/inv_1")).json()["partner"]["document"]
    assert (held["reference"], held["based_on"], held["version"]) == ("PO 9", 3, 3)
    assert (
        await plumbline.http.put(f"{path}/invoices/inv_1/payments/p1", json=payment(version=3))
    ).status_code == 200


async def test_an_invoice_without_a_document_of_the_apps_takes_none(plumbline: Plumbline) -> None:
    """What was born in Xero and never told of has no version that a payment could be the next of."""
    path = await open_with_invoice(plumbline)
    await plumbline.execute(
        "UPDATE invoice_links SET document = NULL, document_at = NULL, document_version = 0"
    )
    answer = await plumbline.http.put(f"{path}/invoices/inv_1/payments/p1", json=payment(version=1))
    assert (answer.json()["type"], answer.json()["held_version"]) == ("/problems/version_skipped", None)


async def test_payments_and_credits_of_both_sides_are_listed(plumbline: Plumbline) -> None:
    """Invoice by invoice, page by page; what was born in Xero has its id from there, and a credit its kind (T22)."""
    path = await plumbline.open_active()
    for n in range(4):
        paid = [payment_of("p1"), payment_of("p2")][: n % 3]
        noted = (
            [{"id": "c1", "kind": "credit_note", "amount": "9.00", "applied_on": "2026-11-20"}]
            if n == 1
            else []
        )
        sent = document(id=f"inv_{n}", version=1, payments=paid, credits=noted)
        sent["lines"][0]["description"] = 'No payment: "payments/p9/amount", "credits/c9/amount"'
        (await plumbline.http.put(f"{path}/invoices/inv_{n}", json=sent)).raise_for_status()
    born = {"payments/xero-pay/amount": "5", "payments/xero-pay/paid_on": "2026-11-21", "currency": "AUD"}
    deposit = {"kind": "prepayment", "amount": "7", "applied_on": "2026-11-21", "number": None}
    await merge(
        plumbline, "inv_3", **born, **{f"credits/xero-d/{name}": value for name, value in deposit.items()}
    )
    await plumbline.execute(
        'UPDATE invoice_links SET payment_ids = \'{"pay": "xero-pay"}\', credit_ids = \'{"d": "xero-d"}\''
    )
    everything = ["inv_1/p1", "inv_2/p1", "inv_2/p2", "inv_3/xero-pay"]
    assert await walk(plumbline, f"{path}/payments") == everything
    # As a version left it that did not record what has any.
    await plumbline.execute("UPDATE invoice_links SET has_parts = NULL")
    assert await walk(plumbline, f"{path}/payments") == everything
    one = (await plumbline.http.get(f"{path}/payments", params={"invoice_id": "inv_3"})).json()["data"][0]
    assert (one["state"], one["xero"]["xero_payment_id"], one["account_id"]) == ("settled", "pay", None)
    found = {}
    for kind in ("credit_note", "prepayment", "overpayment"):
        listed = (await plumbline.http.get(f"{path}/credits", params={"kind": kind})).json()
        found[kind] = [(each["invoice_id"], each["id"], each["amount"]) for each in listed["data"]]
    assert found == {
        "credit_note": [("inv_1", "c1", "9.00")],
        "prepayment": [("inv_3", "xero-d", "7.00")],
        "overpayment": [],
    }
    shown = (await plumbline.http.get(f"{path}/invoices/inv_3/credits/xero-d")).json()
    assert (shown["state"], shown["xero"]["xero_credit_id"], shown["currency"]) == ("settled", "d", "AUD")


CREDIT = {"kind": "credit_note", "amount": "9.00", "applied_on": "2026-11-20"}


async def walk(plumbline: Plumbline, where: str, **query: str) -> list[str]:
    """Every entry of a list, three to a page, by its invoice and its id."""
    seen: list[str] = []
    cursor: dict[str, str] | None = {}
    while cursor is not None:
        answer = await plumbline.http.get(where, params={**query, **cursor, "limit": "3"})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        seen += [f"{one['invoice_id']}/{one['id']}" for one in page["data"]]
        cursor = {"cursor": page["next"]} if page["next"] else None
    return seen


@pytest.mark.parametrize(("group", "entry"), [("payments", payment_of("")), ("credits", CREDIT)])
async def test_they_are_narrowed_and_sorted_as_invoices_are(
    plumbline: Plumbline, group: str, entry: Json
) -> None:
    """By where each stands, by what was written since, and from either end, page by page (T22, T23)."""
    path = await plumbline.open_active()
    for n in range(4):
        entries = [entry | {"id": f"e{m}"} for m in range(n)]
        sent = document(id=f"inv_{n}", version=1, **{group: entries})
        (await plumbline.http.put(f"{path}/invoices/inv_{n}", json=sent)).raise_for_status()
    members = {name: value for name, value in entry.items() if name != "id"}
    members["amount"] = members["amount"].removesuffix(".00")
    both = {f"{group}/{key}/{name}": value for key in ("e0", "e1") for name, value in members.items()}
    await merge(plumbline, "inv_2", **both)
    await plumbline.execute(
        "UPDATE invoice_links SET generation = generation + 1, xero_shadow = xero_shadow - CAST(:gone AS text[])"
        " WHERE partner_invoice_id = 'inv_2'",
        gone=[path for path in both if "/e1/" in path],
    )
    await plumbline.execute(
        "UPDATE invoice_links SET state = 'held', reason_code = 'locked_period', settled_generation = generation"
        " WHERE partner_invoice_id = 'inv_3'"
    )
    where, since = f"{path}/{group}", datetime.now(UTC).isoformat()
    await plumbline.execute(
        "UPDATE invoice_links SET updated_at = clock_timestamp() WHERE partner_invoice_id = 'inv_1'"
    )
    every = [f"inv_{n}/e{m}" for n in range(4) for m in range(n)]
    wanted: list[tuple[dict[str, str], list[str]]] = [
        ({}, every),
        ({"sort": "-created"}, every[::-1]),
        ({"sort": "updated"}, [*every[1:], every[0]]),
        ({"sort": "-updated"}, [every[0], *every[:0:-1]]),
        ({"state": "settled"}, ["inv_2/e0"]),
        ({"state": "behind"}, ["inv_1/e0", "inv_2/e1"]),
        ({"state": "held", "sort": "-created"}, ["inv_3/e2", "inv_3/e1", "inv_3/e0"]),
        ({"updated_since": since}, ["inv_1/e0"]),
        ({"updated_since": since, "invoice_id": "inv_2"}, []),
    ]
    for query, entries_wanted in wanted:
        assert await walk(plumbline, where, **query) == entries_wanted, query
    page = (await plumbline.http.get(where, params={"limit": "1"})).json()
    other = await plumbline.http.get(where, params={"cursor": page["next"], "sort": "-created"})
    assert (other.status_code, name_faults(other)) == (422, ["cursor"])


async def test_a_hundred_payments_in_one_call(plumbline: Plumbline) -> None:
    """Over many invoices in as few statements as one; several of one invoice in the order of their versions."""
    path = await plumbline.open_active()
    sent = [document(id=f"inv_{n}", version=1) for n in range(100)]
    await plumbline.http.put(f"{path}/invoices", json={"invoices": sent})
    counts = []
    for version, numbers in ((2, range(1)), (2, range(1, 100))):
        edits = [payment(invoice_id=f"inv_{n}", version=version) for n in numbers]
        with counted_statements() as said:
            taken = (await plumbline.http.put(f"{path}/payments", json={"payments": edits})).json()["data"]
        assert {one["outcome"] for one in taken} == {"created"}
        counts.append(len(said))
    assert counts[0] == counts[1] <= 14, counts
    mixed = [
        payment(id="p2", version=3),
        payment(id="p1", version=4, amount="1.00"),
        payment(id="p3", version=6),
    ]
    taken = (await plumbline.http.put(f"{path}/payments", json={"payments": mixed})).json()["data"]
    assert [(one["outcome"], one["held_version"]) for one in taken] == [
        ("created", 3), ("updated", 4), ("refused", 4),
    ]  # fmt: skip
    held = (await plumbline.http.get(f"{path}/invoices/inv_1")).json()["partner"]
    assert [(one["id"], one["amount"]) for one in held["payments"]] == [("p1", "1.00"), ("p2", "500.00")]


@pytest.mark.parametrize("kind", ["credit_note", "prepayment"])
async def test_a_credit_is_put_in_and_taken_off(plumbline: Plumbline, kind: str) -> None:
    """As a payment is; what it lowers is what the app's side is due (T22)."""
    path = await open_with_invoice(plumbline)
    where = f"{path}/invoices/inv_1/credits/c1"
    made = await plumbline.http.put(where, json=credit(kind=kind, reason="Goodwill"))
    assert (made.status_code, made.json()["given_for"], made.json()["kind"]) == (201, "Goodwill", kind)
    due = (await plumbline.http.get(f"{path}/invoices/inv_1")).json()["partner"]["amount_due"]
    assert due == "1800.00"
    assert (await plumbline.http.delete(where, params={"version": 3, "based_on": 0})).status_code == 204
    batch = {"credits": [credit(kind=kind, version=4), credit(kind="gift", version=5)]}
    taken = (await plumbline.http.put(f"{path}/credits", json=batch)).json()["data"]
    assert [one["outcome"] for one in taken] == ["created", "refused"]
    assert taken[1]["problem"]["errors"][0]["field"] == "kind"
