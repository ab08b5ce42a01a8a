"""ETags of invoices, contacts, payments and credits: what is shown, and writes that hold only while it stands."""

import asyncio
from typing import Any

import pytest

from tests.integration.api.driver import Plumbline, document
from tests.integration.api.test_contacts import contact
from tests.integration.api.test_parts import credit, open_with_invoice, payment

MAKE: dict[str, Any] = {"invoices": document, "contacts": contact}


@pytest.mark.parametrize("kind", ["invoices", "contacts"])
async def test_a_read_is_answered_once_and_a_write_holds_to_what_was_read(
    plumbline: Plumbline, kind: str
) -> None:
    """304 while nothing moved; 412 of its own kind once it did, storing nothing; a repeat needs no condition."""
    path = await plumbline.open_active()
    make, http = MAKE[kind], plumbline.http
    where = f"{path}/{kind}/thing"
    made = await http.put(where, json=make(id="thing"), headers={"If-None-Match": "*"})
    assert made.status_code == 201
    seen = await http.get(where)
    tag = seen.headers["etag"]
    assert (tag, tag.startswith('"')) == (made.headers["etag"], True)
    unmoved = await http.get(where, headers={"If-None-Match": f'"other", {tag}'})
    assert (unmoved.status_code, unmoved.content, unmoved.headers["etag"]) == (304, b"", tag)
    assert (await http.get(where, headers={"If-None-Match": f"W/{tag}"})).status_code == 304, (
        "a proxy's form of it"
    )
    weak = await http.put(where, json=make(id="thing", version=2), headers={"If-Match": f"W/{tag}"})
    assert weak.status_code == 412

    written = await http.put(where, json=make(id="thing", version=2), headers={"If-Match": tag})
    assert (written.status_code, written.headers["etag"] != tag) == (200, True)
    again = await http.put(where, json=make(id="thing", version=2), headers={"If-Match": tag})
    assert again.status_code == 200, "the same call again is harmless"
    moved = await http.put(where, json=make(id="thing", version=3), headers={"If-Match": tag})
    assert (moved.status_code, moved.json()["type"]) == (412, "/problems/resource_changed")
    there = await http.put(where, json=make(id="thing", version=3), headers={"If-None-Match": "*"})
    assert (there.status_code, there.json()["type"]) == (412, "/problems/exists_already")
    held = (await http.get(where)).json()
    assert (held.get("version") or held["partner"]["version"]) == 2
    absent = await http.put(f"{path}/{kind}/none", json=make(id="none"), headers={"If-Match": "*"})
    assert absent.json()["type"] == "/problems/resource_changed"
    assert (await http.get(f"{path}/{kind}/none")).status_code == 404


@pytest.mark.parametrize(("group", "make"), [("payments/p1", payment), ("credits/c1", credit)])
async def test_a_payment_and_a_credit_have_etags_of_their_own(
    plumbline: Plumbline, group: str, make: Any
) -> None:
    """As an invoice has: 304, 412 that stores nothing, harmless repeats; taking one out holds to what was read too."""
    path, http = await open_with_invoice(plumbline), plumbline.http
    where = f"{path}/invoices/inv_1/{group}"
    absent = await http.put(where, json=make(), headers={"If-Match": "*"})
    assert (absent.status_code, absent.json()["type"]) == (412, "/problems/resource_changed")
    made = await http.put(where, json=make(), headers={"If-None-Match": "*"})
    assert made.status_code == 201
    again = await http.put(where, json=make(), headers={"If-None-Match": "*"})
    tag = (await http.get(where)).headers["etag"]
    assert (again.status_code, again.headers["etag"], made.headers["etag"]) == (200, tag, tag)
    unmoved = await http.get(where, headers={"If-None-Match": tag})
    assert (unmoved.status_code, unmoved.content) == (304, b"")

    there = await http.put(where, json=make(version=3, amount="80.00"), headers={"If-None-Match": "*"})
    assert (there.status_code, there.json()["type"]) == (412, "/problems/exists_already")
    other = await http.put(where, json=make(version=3, amount="80.00"), headers={"If-Match": '"other"'})
    gone = await http.delete(where, params={"version": 3}, headers={"If-Match": '"other"'})
    assert (other.status_code, gone.status_code) == (412, 412)
    assert (await http.get(f"{path}/invoices/inv_1")).json()["partner"]["version"] == 2, "nothing was stored"
    moved = await http.put(where, json=make(version=3, amount="80.00"), headers={"If-Match": tag})
    assert (moved.status_code, moved.json()["amount"], moved.headers["etag"] != tag) == (200, "80.00", True)
    for _ in range(2):
        gone = await http.delete(where, params={"version": 4}, headers={"If-Match": moved.headers["etag"]})
        assert gone.status_code == 204, "sent twice, harmless twice"
    assert (await http.get(where)).status_code == 404
    nowhere = await http.put(
        f"{path}/invoices/inv_9/{group}", json=make(invoice_id="inv_9"), headers={"If-None-Match": "*"}
    )
    assert nowhere.status_code == 404


async def test_of_writes_that_race_on_one_etag_one_holds(plumbline: Plumbline) -> None:
    """The condition is judged where nothing can move in between, so two never both find it true."""
    path = await plumbline.open_active()
    where = f"{path}/invoices/inv_1"
    tag = (await plumbline.http.put(where, json=document())).headers["etag"]
    answers = await asyncio.gather(
        *(plumbline.http.put(where, json=document(version=n), headers={"If-Match": tag}) for n in range(2, 8))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412, 412]


async def test_whatever_is_shown_moves_the_etag(plumbline: Plumbline) -> None:
    """The state, and what Xero holds, as well as the document."""
    path = await plumbline.open_active()
    where = f"{path}/invoices/inv_1"
    tags = [(await plumbline.http.put(where, json=document())).headers["etag"]]
    for moved in (
        "settled_generation = generation, state = 'settled'",
        "xero_invoice_id = 'x', xero_total = '1.00'",
    ):
        await plumbline.execute(f"UPDATE invoice_links SET {moved}")  # noqa: S608 - a test names its own columns
        tags.append((await plumbline.http.get(where)).headers["etag"])
    assert len(set(tags)) == 3
