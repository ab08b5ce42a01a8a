"""Answers of Xero that cannot be believed: nothing is taken from them, nothing is made twice, and all else goes on."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.garbled.answer import Answer, Request
from tests.garbled.intermediary import Change, stand_before
from tests.garbled.rows import GONE, put
from tests.scenarios.conftest import judged
from tests.scenarios.house import House
from tests.scenarios.left import Left
from tests.scenarios.opening import open_house
from tests.scenarios.troubles import (
    ask,
    assert_in_step,
    contacts_in_xero,
    numbers_in_xero,
    reconcile,
    standing,
)

UNREADABLE = ("held", "unreadable_in_xero")
NO_ID = "00000000-0000-4000-8000-000000000001"


def say_the_truth(_: Request, answer: Answer) -> Answer:
    """What Xero said."""
    return answer


@dataclass
class Way:
    """What happens to answers between Xero and Plumbline."""

    change: Change = say_the_truth

    def clear(self) -> None:
        """The truth comes through."""
        self.change = say_the_truth


@pytest.fixture
def way() -> Way:
    """Open, until a story says otherwise."""
    return Way()


@pytest.fixture
async def house(left_database_url: str, redis_url: str, left: Left, way: Way) -> AsyncIterator[House]:
    """Joined and settled; its Plumbline hears of Xero what the way lets through."""
    async with (
        open_house(
            left_database_url,
            redis_url,
            left,
            lambda root_url: stand_before(root_url, lambda request, answer: way.change(request, answer)),
        ) as opened,
        judged(opened),
    ):
        yield opened


def in_rows(name: str, spoil: Callable[[dict[str, Any]], Any], method: str = "*", asked: str = "") -> Change:
    """Each row of those lists is spoiled, in answers to calls of that method whose query has those words."""

    def change(request: Request, answer: Answer) -> Answer:
        kind, rows = answer.list_rows()
        if kind != name or method not in ("*", request.method) or asked not in request.query:
            return answer
        return answer.with_rows(name, [spoil(row) for row in rows])

    return change


def of_invoice(number: str, *place: str, says: Any) -> Change:
    """What the rows of one invoice say at a place is something else."""
    return in_rows("Invoices", lambda row: put(row, place, says) if row["InvoiceNumber"] == number else row)


@pytest.mark.parametrize(
    ("place", "says"),
    [
        (("LineItems",), []),
        pytest.param(("LineItems", "UnitAmount"), GONE, marks=pytest.mark.proof),
        (("LineItems", "Quantity"), "1e999999999"),
        pytest.param(("LineItems", "LineItemID"), None, marks=pytest.mark.proof),
        (("Status",), "PARKED"),
        (("Total",), None),
        pytest.param(("LineAmountTypes",), GONE, marks=pytest.mark.proof),
        pytest.param(("AmountDue",), 7, marks=pytest.mark.proof),
        pytest.param(("Contact",), {}, marks=pytest.mark.proof),
        pytest.param(("SentToContact",), None, marks=pytest.mark.proof),
        (("InvoiceID",), GONE),
        pytest.param(("Contact", "ContactID"), f"{NO_ID}\x00", marks=pytest.mark.proof),
        pytest.param(
            ("Payments",),
            [{"PaymentID": "p" * 70, "Amount": 0, "Date": "2026-11-20"}],
            marks=pytest.mark.proof,
        ),
    ],
)
async def test_what_cannot_be_believed_of_an_invoice_is_no_edit_of_it(
    house: House, way: Way, place: tuple[str, ...], says: Any
) -> None:
    """It is held and says why, the app keeps what it has, and the other goes on; with the truth it is in step."""
    await house.write()
    await house.write("inv_2")
    await house.drain()
    known = await house.in_app()
    way.change = of_invoice("N-inv_1", *place, says=says)
    await house.edit_xero("N-inv_1", Reference="X1")
    await house.edit_xero("N-inv_2", Reference="X2")
    await house.drain()
    assert await standing(house) == UNREADABLE
    reason = (await house.resource())["reason"]
    assert "cannot be read" in reason["message"]
    assert "again" in reason["cure"]
    assert await house.in_app() == known
    await assert_in_step(house, "inv_2", "N-inv_2")
    assert (await house.in_app("inv_2"))["reference"] == "X2"
    # The app may edit it meanwhile: that waits, and meets what Xero holds.
    await house.edit(due_on="2077-01-31")
    await house.drain()
    assert await standing(house) == UNREADABLE
    assert (await house.in_xero())["DueDateString"][:10] != "2077-01-31"
    way.clear()
    house.clock.advance(timedelta(minutes=61))
    await house.parts.retries.retry_held()
    await house.drain()
    await assert_in_step(house)
    assert ((await house.in_app())["reference"], (await house.in_app())["due_on"]) == ("X1", "2077-01-31")


async def test_an_answer_in_another_order_gives_no_invoice_the_id_of_another(house: House, way: Way) -> None:
    """Nothing promises the order of a batch's answer: what is not about the write at its place is looked for."""
    for n in (1, 2, 3):
        await house.write(f"inv_{n}", reference=f"PO {n}")

    def turn(request: Request, answer: Answer) -> Answer:
        name, rows = answer.list_rows()
        return answer.with_rows(name, rows[::-1]) if request.method in ("PUT", "POST") and name else answer

    way.change = turn
    await house.drain()
    await house.wait(timedelta(minutes=5))
    for n in (1, 2, 3):
        await house.edit(f"inv_{n}", reference=f"PO {n} of the app")
    await house.drain()
    await house.wait(timedelta(minutes=5))
    for n in (1, 2, 3):
        await assert_in_step(house, f"inv_{n}", f"N-inv_{n}")
        assert (await house.in_xero(f"N-inv_{n}"))["Reference"] == f"PO {n} of the app"
    assert await numbers_in_xero(house) == ["N-inv_1", "N-inv_2", "N-inv_3"]


@pytest.mark.parametrize("place", [("LineItems",), ("Status",), ("Contact",)])
async def test_a_create_whose_answer_cannot_be_read_is_not_made_again(
    house: House, way: Way, place: tuple[str, ...]
) -> None:
    """It stands in Xero, and every look at it is as unreadable: its id is kept, and it is read by that in the end."""
    way.change = in_rows("Invoices", lambda row: put(row, place, None))
    await house.write()
    await house.drain()
    for _ in range(3):
        await house.wait(timedelta(minutes=20))
        await house.sweep()
    assert await standing(house) == UNREADABLE
    assert await numbers_in_xero(house) == ["N-inv_1"]
    way.clear()
    await ask(house.api.post(f"{house.path}/held/retry", json={"all": True}))
    await house.drain()
    await assert_in_step(house)
    assert await numbers_in_xero(house) == ["N-inv_1"]
    assert len(await house.list_in_app()) == 1


@pytest.mark.parametrize("says", [{"Invoices": []}, {}, {"Invoices": None}])
async def test_an_invoice_of_ours_that_the_look_does_not_show_comes_to_the_app_once(
    house: House, way: Way, says: dict[str, Any]
) -> None:
    """The answer to its create was lost, the look for it shows nothing, and a sweep of the same round shows it."""

    def hide(request: Request, answer: Answer) -> Answer:
        if request.method == "PUT" and request.path.endswith("/Invoices"):
            return replace(answer, cut_at=20)
        return answer.say(says) if "createdByMyApp" in request.query else answer

    way.change = hide
    await house.write()
    await reconcile(house)
    assert await numbers_in_xero(house) == ["N-inv_1"]
    house.clock.advance(timedelta(minutes=1))
    await house.sweep()
    assert len(await house.list_in_app()) == 1
    way.clear()
    await house.wait()
    await house.sweep()
    assert len(await house.list_in_app()) == 1
    assert await numbers_in_xero(house) == ["N-inv_1"]
    await assert_in_step(house)


async def test_a_row_with_the_number_of_ours_and_another_id_is_not_brought_in(house: House, way: Way) -> None:
    """Xero gives no number twice: the answer is another organisation's, or old. What is new comes in all the same."""
    await house.write()
    await house.drain()
    way.change = in_rows("Invoices", lambda row: row | {"InvoiceID": NO_ID}, asked="UpdatedDateUTC")
    await house.edit_xero("N-inv_1", Reference="X1")
    await house.sweep()
    assert [document["id"] for document in await house.list_in_app()] == ["inv_1"]
    way.clear()
    await house.write_in_xero("X-1", SentToContact=True)
    await house.sweep()
    await assert_in_step(house)
    assert sorted(document["number"] for document in await house.list_in_app()) == ["N-inv_1", "X-1"]


async def test_one_born_in_xero_that_cannot_be_read_comes_with_the_next_sweep(house: House, way: Way) -> None:
    """Its event and a sweep showed it unreadably; neither took the other for all that had moved."""
    way.change = of_invoice("X-1", "LineItems", says=None)
    await house.write_in_xero("X-1", SentToContact=True)
    await house.drain()
    await house.sweep()
    assert await house.list_in_app() == []
    way.clear()
    await house.wait(timedelta(hours=1))
    await house.sweep()
    assert [document["number"] for document in await house.list_in_app()] == ["X-1"]


@pytest.mark.parametrize("says", [None, "", GONE])
async def test_facts_that_cannot_be_read_leave_those_of_before(house: House, way: Way, says: Any) -> None:
    """Accounts that are read as nothing would have the settings told as stale, and invoices held."""
    way.change = in_rows("Accounts", lambda row: put(row, ("AccountID",), says))
    await house.wait(timedelta(hours=7))
    await house.sweep()
    assert (await ask(house.api.get(house.path)))["problems"] == []
    await house.write()
    await house.drain()
    await assert_in_step(house)


def of_one(name: str, key: str, value: str, *place: str) -> Change:
    """Of all rows of a list the one that has this value lacks something."""
    return in_rows(name, lambda row: put(row, place, None) if row.get(key) == value else row)


async def checked(house: House, call: str = "GET checkup") -> list[tuple[str, str | None, str]]:
    """What does not pass of the check-up, or of the pre-flight, about the organisation's facts."""
    method, name = call.split()
    checkup = await ask(house.api.request(method, f"{house.path}/{name}"))
    unwell = [each for each in checkup["checks"] if each["outcome"] != "passed" and each["code"] == "facts"]
    return [(each["outcome"], each["about"], each["message"]) for each in unwell]


@pytest.mark.parametrize(
    ("change", "about", "lacks"),
    [
        (of_one("Accounts", "Code", "200", "AccountID"), "accounts", "AccountID"),
        (of_one("TaxRates", "TaxType", "OUTPUT", "EffectiveRate"), "tax_rates", "EffectiveRate"),
        (
            in_rows("Organisations", lambda row: put(row, ("BaseCurrency",), None)),
            "organisation",
            "BaseCurrency",
        ),
    ],
)
async def test_e14_one_fact_that_cannot_be_read_for_good_is_told_and_the_others_are_taken(
    house: House, way: Way, change: Change, about: str, lacks: str
) -> None:
    """An account without an id, a rate without a percentage: it stays as it was known, what people do to others is
    seen, and the check-up says since when, and what is wrong, until it can be read again.
    """
    assert await checked(house) == []
    way.change = change
    await ask(house.xero.patch(f"/people/{house.tenant_id}/accounts/210", json={"Code": "211"}))
    await house.wait(timedelta(hours=7))
    await house.sweep()
    told = await checked(house)
    [(outcome, told_about, message)] = told
    assert (outcome, told_about, lacks in message, " since " in message) == ("warning", about, True, True)
    assert {"200", "211"} <= await list_codes_for_sales(house)
    assert (await ask(house.api.get(house.path)))["problems"] == []
    await house.write()
    await house.drain()
    await assert_in_step(house)
    await house.wait(timedelta(hours=7))
    assert await checked(house) == await checked(house, "POST preflight") == told
    assert {"200", "211"} <= await list_codes_for_sales(house)
    way.clear()
    await house.sweep()
    assert await checked(house) == []


async def list_codes_for_sales(house: House) -> set[str]:
    """The accounts that are offered."""
    listed = await ask(house.api.get(f"{house.path}/accounts", params={"fit_for": "sales"}))
    return {account["code"] for account in listed["data"]}


async def test_one_row_without_an_id_is_told_and_makes_nothing_twice(house: House, way: Way) -> None:
    """It may be the very customer that is looked for, so all waits, and says for what: made anew, it would be two."""
    await house.at_xero("contacts", Name="Kim Tran", EmailAddress="kim@example.com")
    way.change = of_one("Contacts", "Name", "Kim Tran", "ContactID")
    await house.write()
    await house.drain()
    await house.wait(timedelta(hours=2))
    waits = (await ask(house.api.get(house.path)))["waits_for"]
    assert (waits["code"], "without its ContactID" in waits["message"]) == ("xero_unavailable", True)
    way.clear()
    await house.wait(timedelta(hours=1))
    await assert_in_step(house)
    assert [contact["Name"] for contact in await contacts_in_xero(house)].count("Kim Tran") == 1


async def test_a_customer_without_an_id_is_asked_for_again(house: House, way: Way) -> None:
    """Two of them would be one customer, under an empty id."""
    way.change = in_rows("Contacts", lambda row: put(row, ("ContactID",), None))
    await house.write()
    await house.write("inv_2", contact={"id": "cus_2", "name": "Lee Wong", "email": "lee@example.com"})
    await house.drain()
    assert (await ask(house.api.get(house.path)))["waits_for"]["code"] in (
        "xero_unavailable",
        "outcome_unknown",
    )
    way.clear()
    await house.wait()
    await assert_in_step(house)
    await assert_in_step(house, "inv_2", "N-inv_2")
    assert {(await house.in_xero(f"N-inv_{n}"))["Contact"]["Name"] for n in (1, 2)} == {
        "Kim Tran",
        "Lee Wong",
    }
