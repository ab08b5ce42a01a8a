"""`Prefer: return=minimal`: a document is stored as ever, and answered without the invoice."""

import asyncio

import httpx
import pytest

from tests.integration.api.driver import Plumbline, document, line

MINIMAL = {"Prefer": "return=minimal"}


@pytest.fixture(params=[False, True], ids=["whole way", "at once"])
def plumbline(request: pytest.FixtureRequest, plumbline: Plumbline) -> Plumbline:
    """The application, which knows no connection yet, or every one that is opened."""
    plumbline.is_known = request.param
    return plumbline


def is_minimal(answer: httpx.Response) -> bool:
    """Whether it says that the preference was kept to, and nothing else of the invoice."""
    said = answer.headers.get("Preference-Applied"), answer.content, answer.headers.get("ETag")
    return said == ("return=minimal", b"", None)


async def test_a_document_is_stored_and_answered_without_the_invoice(plumbline: Plumbline) -> None:
    """201, then 204; a worker is woken, what is stale or wrong is refused in full, and the invoice can be read."""
    path, http = await plumbline.open_active(), plumbline.http
    where = f"{path}/invoices/inv_1"
    made = await http.put(where, json=document(), headers=MINIMAL)
    assert (made.status_code, is_minimal(made), await plumbline.count_nudges()) == (201, True, 1)
    edited = await http.put(where, json=document(version=2, reference="PO 7"), headers=MINIMAL)
    again = await http.put(where, json=document(version=2, reference="PO 7"), headers=MINIMAL)
    assert [(each.status_code, is_minimal(each)) for each in (edited, again)] == [(204, True), (204, True)]
    stale = await http.put(where, json=document(), headers=MINIMAL)
    assert (stale.status_code, stale.json()["type"]) == (409, "/problems/stale_document")
    wrong = await http.put(where, json=document(version=3, total="1.00"), headers=MINIMAL)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "total")
    shown = (await http.get(where)).json()["partner"]
    assert (shown["version"], shown["document"]["reference"]) == (2, "PO 7")


async def test_documents_of_one_moment_are_each_answered_as_was_asked(plumbline: Plumbline) -> None:
    """They are stored together; whoever wants the invoice has it."""
    path, http = await plumbline.open_active(), plumbline.http

    async def put(number: int) -> httpx.Response:
        sent = document(id=f"inv_{number}", number=f"INV-{number}")
        asked = MINIMAL if number % 2 else {"Prefer": "return=representation"}
        return await http.put(f"{path}/invoices/inv_{number}", json=sent, headers=asked)

    answers = await asyncio.gather(*(put(number) for number in range(12)))
    assert {answer.status_code for answer in answers} == {201}
    assert [is_minimal(answer) for answer in answers] == [bool(number % 2) for number in range(12)]
    assert [answer.json()["id"] for answer in answers[::2]] == [f"inv_{number}" for number in range(0, 12, 2)]
    assert len((await http.get(f"{path}/invoices")).json()["data"]) == 12


async def test_conditions_and_keys_hold_as_ever(plumbline: Plumbline) -> None:
    """412 where it has moved; a repeat with its key gets the very answer of the first."""
    path, http = await plumbline.open_active(), plumbline.http
    where = f"{path}/invoices/inv_1"
    keyed = MINIMAL | {"Idempotency-Key": "once", "If-None-Match": "*"}
    made, again = [await http.put(where, json=document(), headers=keyed) for _ in range(2)]
    assert [(each.status_code, is_minimal(each)) for each in (made, again)] == [(201, True), (201, True)]
    assert "Idempotent-Replayed" in again.headers
    tag = (await http.get(where)).headers["ETag"]
    kept = await http.put(where, json=document(version=2), headers=MINIMAL | {"If-Match": tag})
    moved = await http.put(where, json=document(version=3), headers=MINIMAL | {"If-Match": tag})
    assert (kept.status_code, moved.status_code) == (204, 412)


async def test_the_preference_is_read_as_it_may_be_written(plumbline: Plumbline) -> None:
    """In a list, quoted, in any case; the first `return` counts, and what we do not know is passed over."""
    path, http = await plumbline.open_active(), plumbline.http
    written = {
        "respond-async, RETURN=Minimal": True,
        'return="minimal"; why=none': True,
        "return=representation, return=minimal": False,
        'said="a, return=minimal"': False,
        "minimal": False,
    }
    for number, (preference, is_kept) in enumerate(written.items()):
        sent = document(id=f"inv_{number}", lines=[line(id=f"l{number}")])
        answer = await http.put(f"{path}/invoices/inv_{number}", json=sent, headers={"Prefer": preference})
        assert (answer.status_code, is_minimal(answer)) == (201, is_kept), preference
