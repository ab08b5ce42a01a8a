"""Every document that is refused: the field is named, and nothing of it is stored."""

import json
from typing import Any

import pytest

from tests.integration.api.driver import Plumbline, document, line, name_faults

CREDIT = {"id": "c1", "kind": "credit_note", "amount": "1.00", "applied_on": "2026-11-20"}
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "a price with too many places": (document(lines=[line(unit_price="1.00001")]), "lines.0.unit_price"),
    "a quantity with too many places": (document(lines=[line(quantity="1.12345")]), "lines.0.quantity"),
    "a payment with too many places": (
        document(payments=[{"id": "p1", "amount": "1.005", "paid_on": "2026-11-20"}]),
        "payments.0.amount",
    ),
    "a payment of nothing": (
        document(payments=[{"id": "p1", "amount": "0.00", "paid_on": "2026-11-20"}]),
        "payments.0.amount",
    ),
    "a total with too many places": (document(total="1890.001"), "total"),
    "a stated total below zero": (document(total="-1.00"), "total"),
    "lines below zero": (document(lines=[line(unit_price="-5")], total=None), "lines"),
    "lines below zero with a tax that is not mapped": (
        document(lines=[line(unit_price="-5", tax="luxury")], amounts_are="tax_exclusive", total=None),
        "lines",
    ),
    "a total that is not the lines'": (document(total="1889.99"), "total"),
    "a total that forgets the tax on top": (document(amounts_are="tax_exclusive"), "total"),
    "a price as a number": (document(lines=[line(unit_price=1890)]), "lines.0.unit_price"),
    "a price in words": (document(lines=[line(unit_price="1e3")]), "lines.0.unit_price"),
    "a price too large to reckon with": (document(lines=[line(unit_price="9" * 11)]), "lines.0.unit_price"),
    "a discount over all": (document(lines=[line(discount_rate="100.1")]), "lines.0.discount_rate"),
    "a price that is not said": (
        document(lines=[{name: value for name, value in line().items() if name != "unit_price"}]),
        "lines.0.unit_price",
    ),
    "two lines with one id": (document(lines=[line(), line()], total="3780.00"), "lines.1.id"),
    "two payments with one id": (
        document(payments=[{"id": "p1", "amount": "1.00", "paid_on": "2026-11-20"}] * 2),
        "payments.1.id",
    ),
    "two credits with one id": (document(credits=[CREDIT, CREDIT]), "credits.1.id"),
    "a credit of a kind that there is not": (document(credits=[CREDIT | {"kind": "gift"}]), "credits.0.kind"),
    "a credit of nothing": (document(credits=[CREDIT | {"amount": "0.00"}]), "credits.0.amount"),
    "a credit that was never applied": (
        document(credits=[CREDIT | {"applied_on": None}]),
        "credits.0.applied_on",
    ),
    "a currency that the organisation lacks": (document(currency="USD"), "currency"),
    "a currency in small letters": (document(currency="aud"), "currency"),
    "an unknown field": (document(colour="red"), "colour"),
    "an unknown field of a line": (document(lines=[line(colour="red")]), "lines.0.colour"),
    "an unknown status": (document(status="open"), "status"),
    "an unknown way of tax": (document(amounts_are="gross"), "amounts_are"),
    "no customer": (document(contact=None), "contact"),
    "a customer without a name": (document(contact={"id": "cus_17", "name": ""}), "contact.name"),
    "a customer's id with a slash": (document(contact={"id": "cus/17", "name": "Kim"}), "contact.id"),
    "a line's id with a slash": (document(lines=[line(id="l/1")]), "lines.0.id"),
    "a line's id that is too long": (document(lines=[line(id="l" * 65)]), "lines.0.id"),
    "lines that are no list": (document(lines={"l1": line()}), "lines"),
    "a sent invoice without lines": (document(lines=[], total=None), "lines"),
    "a description that is too long": (document(lines=[line(description="x" * 4001)]), "lines.0.description"),
    "a number that is too long": (document(number="x" * 256), "number"),
    "a reference with a NUL": (document(reference="PO\x00"), "reference"),
    "an item code with a NUL": (document(lines=[line(item_code="TAP\x00")]), "lines.0.item_code"),
    "a day that is none": (document(issued_on="2026-02-30"), "issued_on"),
    "a day with a time": (document(issued_on="2026-11-20T00:00:00Z"), "issued_on"),
    "due before it was issued": (document(due_on="2026-11-19"), "due_on"),
    "an instant without an offset": (document(sent_at="2026-11-20T03:15:00"), "sent_at"),
    "an instant before all calendars": (document(sent_at="0001-01-01T00:00:00+10:00"), "sent_at"),
    "an address without a host": (document(url="javascript:alert(1)"), "url"),
    "a version of zero": (document(version=0), "version"),
    "a version as text": (document(version="7"), "version"),
    "a version that is true": (document(version=True), "version"),
    "a version past every database": (document(version=2**63), "version"),
    "based on a revision that we never sent": (document(based_on=3), "based_on"),
    "another id than the address": (document(id="inv_2"), "id"),
}


@pytest.fixture(params=[False, True], ids=["whole way", "at once"])
def plumbline(request: pytest.FixtureRequest, plumbline: Plumbline) -> Plumbline:
    """The application, which knows no connection yet, or every one that is opened."""
    plumbline.is_known = request.param
    return plumbline


async def test_a_bad_document_is_refused_by_field(plumbline: Plumbline) -> None:
    """It is a 422 problem that names the field; no link, no trigger and no nudge is left behind."""
    path = await plumbline.open_active()
    before = await plumbline.get_connection(path)
    for sent, field in BAD.values():
        if not plumbline.is_known:
            plumbline.forget()
        answer = await plumbline.http.put(f"{path}/invoices/inv_1", json=sent)
        assert (answer.status_code, name_faults(answer)) == (422, [field]), sent
        assert await plumbline.count("invoice_links") == 0, sent
        assert await plumbline.get_connection(path) == before, sent
        assert await plumbline.count_nudges() == 0, sent


async def test_every_wrong_field_is_named_at_once(plumbline: Plumbline) -> None:
    """Whoever mends a document need not send it once for each fault."""
    path = await plumbline.open_active()
    sent = document(currency="USD", total="1.00", due_on="2026-11-01")
    assert name_faults(await plumbline.http.put(f"{path}/invoices/inv_1", json=sent)) == [
        "due_on", "currency", "total",
    ]  # fmt: skip


NO_DOCUMENTS: list[bytes] = [b"{", b"", b"[]", b'"text"', b"\xff\xfe", b'{"id": ' + b"9" * 5000 + b"}"]


async def test_a_body_that_is_no_document_is_refused(plumbline: Plumbline) -> None:
    """Malformed JSON and JSON that is no object are 4xx problems, and nothing is stored."""
    path = await plumbline.open_active()
    for body in NO_DOCUMENTS:
        answer = await plumbline.http.put(
            f"{path}/invoices/inv_1", content=body, headers={"content-type": "application/json"}
        )
        name_faults(answer)
        assert answer.status_code in (400, 422), body
        assert await plumbline.count("invoice_links") == 0, body


async def test_half_a_surrogate_pair_is_refused(plumbline: Plumbline) -> None:
    """Text that is no Unicode cannot be kept, and is refused by field."""
    path = await plumbline.open_active()
    body = json.dumps(document(reference="?")).replace('"?"', '"\\ud800"')
    answer = await plumbline.http.put(
        f"{path}/invoices/inv_1", content=body, headers={"content-type": "application/json"}
    )
    assert (answer.status_code, name_faults(answer)) == (422, ["reference"])


async def test_a_body_over_a_megabyte_is_refused(plumbline: Plumbline) -> None:
    """It is a 413 problem, whether its length is announced or it comes in pieces."""
    path = await plumbline.open_active()
    large = json.dumps(document(reference="x" * 1_100_000)).encode()

    async def pieces() -> Any:
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    for content in (large, pieces()):
        answer = await plumbline.http.put(
            f"{path}/invoices/inv_1", content=content, headers={"content-type": "application/json"}
        )
        assert (answer.status_code, name_faults(answer)) == (413, [])
    assert await plumbline.count("invoice_links") == 0


async def test_an_older_version_is_stale(plumbline: Plumbline) -> None:
    """It is a 409 problem that names the version, and the document that is held stays."""
    path = await plumbline.open_active()
    await plumbline.http.put(f"{path}/invoices/inv_1", json=document(version=5, reference="new"))
    before = await plumbline.get_connection(path)
    answer = await plumbline.http.put(f"{path}/invoices/inv_1", json=document(version=4, reference="old"))
    assert (answer.status_code, name_faults(answer)) == (409, ["version"])
    assert answer.json()["type"] == "/problems/stale_document"
    assert answer.json()["held_version"] == 5
    held = (await plumbline.http.get(f"{path}/invoices/inv_1")).json()["partner"]["document"]
    assert (held["version"], held["reference"]) == (5, "new")
    assert await plumbline.get_connection(path) == before


async def test_a_version_is_not_used_twice(plumbline: Plumbline) -> None:
    """Other content under a version that is held is a 409 problem: one of the two would be lost in silence."""
    path = await plumbline.open_active()
    await plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    answer = await plumbline.http.put(f"{path}/invoices/inv_1", json=document(reference="other"))
    assert (answer.status_code, name_faults(answer)) == (409, ["version"])
    assert answer.json()["type"] == "/problems/version_reused"


async def test_a_document_for_an_unknown_connection_is_not_found(plumbline: Plumbline) -> None:
    """404, and nothing is stored."""
    path = "/v1/connections/00000000-0000-4000-8000-000000000000"
    answer = await plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    assert (answer.status_code, name_faults(answer)) == (404, [])
    assert await plumbline.count("invoice_links") == 0


async def test_an_invoice_id_that_cannot_be_is_named(plumbline: Plumbline) -> None:
    """The address holds the id too, and is checked as the document is."""
    path = await plumbline.open_active()
    answer = await plumbline.http.put(f"{path}/invoices/inv%201", json=document(id="inv 1"))
    assert answer.status_code == 422
    assert set(name_faults(answer)) == {"invoice_id", "id"}
