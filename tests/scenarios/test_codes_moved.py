"""A code of Xero's chart of accounts is given to another account: money still goes where the business chose.

Codes may change hands, ids may not (FACTS 5). Nothing tells of it, so each story begins while Plumbline believes the
codes of before. Where id and code name two, Xero goes by either or refuses the line: nobody knows, so each is told.
"""

from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import ask

ANSWERS = pytest.mark.parametrize("counts", ["id", "code", "refused"])


def line(key: str, category: str, **more: Any) -> Json:
    """A line of the app."""
    said = {"id": key, "description": f"Work {key}", "quantity": "1", "unit_price": "110.00", "tax": "gst"}
    return said | {"category": category} | more


async def set_up(house: House, counts: str = "id") -> None:
    """General sales, labour and materials each have an account of their own."""
    await ask(house.xero.put(f"/organisations/{house.tenant_id}/behaviour", json={"line_account": counts}))
    await house.choose(revenue_accounts={"general": "200", "labour": "210", "materials": "220"})
    await house.drain()


async def rename(house: House, name: str, to: str) -> None:
    """A person gives an account, found by its name, another code at Xero's screen."""
    path = f"/people/{house.tenant_id}/accounts"
    accounts = (await ask(house.xero.get(path)))["Accounts"]
    chosen = next(each["AccountID"] for each in accounts if each["Name"] == name)
    await ask(house.xero.patch(f"{path}/{chosen}", json={"Code": to}))


async def swap(house: House) -> None:
    """Labour and materials give each other their codes."""
    for name, to in (("Labour Sales", "x"), ("Materials Sales", "210"), ("Labour Sales", "220")):
        await rename(house, name, to)


async def booked(house: House, number: str = "N-inv_1") -> list[str]:
    """The names of the accounts on which an invoice's lines stand in Xero."""
    return await names_of(house, (await house.in_xero(number))["LineItems"])


async def names_of(house: House, lines: list[Json]) -> list[str]:
    """The names of the accounts of Xero's lines."""
    accounts = (await ask(house.xero.get(f"/people/{house.tenant_id}/accounts")))["Accounts"]
    names = {account["AccountID"]: account["Name"] for account in accounts}
    return [names[each["AccountID"]] for each in lines]


async def said(house: House) -> list[str]:
    """The category of each line in the app."""
    return [each["category"] for each in (await house.in_app())["lines"]]


async def lock(house: House, on: str | None) -> None:
    """An adviser locks the books up to a day, or opens them."""
    await house.set_facts(period_lock_date=on)


async def edits_sent(house: House) -> list[Json]:
    """What the app was told to change."""
    return list((await ask(house.api.get(f"{house.path}/changes")))["data"])


@ANSWERS
async def test_a_new_invoice_goes_to_the_accounts_that_were_chosen(house: House, counts: str) -> None:
    """The app's words stay what they are, and the business is told of the codes once."""
    await set_up(house, counts)
    await swap(house)
    await house.write(lines=[line("l1", "labour"), line("l2", "materials"), line("l3", "general")])
    await house.drain()
    assert await booked(house) == ["Labour Sales", "Materials Sales", "Sales"]
    assert await said(house) == ["labour", "materials", "general"]
    assert await edits_sent(house) == []
    await assert_alike(house)
    notices = (await ask(house.app.get("/notices")))["data"]
    told = [each for each in notices if each["type"] == "connection.attention"]
    assert [problem["code"] for each in told for problem in each["problems"]] == [
        "account_code_changed",
        "account_code_changed",
    ]


@ANSWERS
async def test_a_code_of_an_account_that_nobody_chose_is_no_sales_account(house: House, counts: str) -> None:
    """The chosen account has a new code, and its old one stands for interest that the bank pays."""
    await set_up(house, counts)
    await rename(house, "Labour Sales", "215")
    await rename(house, "Interest Income", "210")
    await house.write(lines=[line("l1", "labour"), line("l2", "materials")])
    await house.drain()
    assert await booked(house) == ["Labour Sales", "Materials Sales"]
    assert await said(house) == ["labour", "materials"]
    await assert_alike(house)


@pytest.mark.proof
@ANSWERS
async def test_many_invoices_of_one_look_all_go_where_they_should(house: House, counts: str) -> None:
    """More than one call takes: the first answer tells of the codes, and what was to follow goes by the new ones."""
    await set_up(house, counts)
    await swap(house)
    for n in range(55):
        await house.write(f"inv_{n}", lines=[line("l1", "labour")])
    await house.drain()
    invoices = await house.list_in_xero()
    assert len(invoices) == 55
    assert {name for each in invoices for name in await names_of(house, each["LineItems"])} == {
        "Labour Sales"
    }
    assert await edits_sent(house) == []


@ANSWERS
async def test_a_line_that_is_added_goes_to_its_own_account(house: House, counts: str) -> None:
    """The lines that stand in Xero tell of the codes, or nothing does because they stand on another account."""
    await set_up(house, counts)
    await house.write(lines=[line("l1", "general")])
    await house.drain()
    await swap(house)
    await house.edit(lines={"l2": line("l2", "labour")})
    await house.drain()
    assert await booked(house) == ["Sales", "Labour Sales"]
    assert await said(house) == ["general", "labour"]
    await assert_alike(house)


async def test_a_line_that_was_held_goes_to_its_own_account_once_it_may(house: House) -> None:
    """It was taken in while the codes were those of before, and the facts were read since."""
    await set_up(house)
    await house.write(lines=[line("l1", "general")], issued_on="2026-03-02")
    await house.drain()
    await lock(house, "2026-06-30")
    await house.sweep()
    await house.edit(lines={"l2": line("l2", "labour")})
    await house.drain()
    assert await house.held_as() == "locked_period"
    await swap(house)
    await house.sweep()
    await lock(house, None)
    await house.sweep()
    await house.wait(timedelta(hours=2))
    assert await booked(house) == ["Sales", "Labour Sales"]
    assert await said(house) == ["general", "labour"]
    await assert_alike(house)


async def test_another_code_is_no_edit_of_an_invoice(house: House) -> None:
    """The app moves a line to another category while its account gets another code: no conflict, no edit is lost."""
    await set_up(house)
    await house.write(lines=[line("l1", "labour"), line("l2", "labour")])
    await house.drain()
    await swap(house)
    await house.edit(lines={"l1": {"category": "materials"}})
    await house.drain()
    assert await house.conflicts() == []
    assert await booked(house) == ["Materials Sales", "Labour Sales"]
    assert await said(house) == ["materials", "labour"]
    await assert_alike(house)


async def test_another_code_is_no_difference_for_a_compare(house: House) -> None:
    """Every invoice has the account that it had: nothing is found, and nothing is told."""
    await set_up(house)
    for n in range(3):
        await house.write(f"inv_{n}", lines=[line("l1", "labour"), line("l2", "materials")])
    await house.drain()
    await swap(house)
    await ask(house.api.post(f"{house.path}/compare"))
    await house.drain()
    comparison = await ask(house.api.get(f"{house.path}/comparison"))
    assert (await ask(house.api.get(f"{house.path}/discrepancies")))["data"] == []
    assert comparison["last"]["differing"] == 0
    assert await edits_sent(house) == []
    await house.edit("inv_1", lines={"l3": line("l3", "labour")})
    await house.drain()
    assert await booked(house, "N-inv_1") == ["Labour Sales", "Materials Sales", "Labour Sales"]


async def test_the_word_of_an_account_without_a_category_follows_its_code(house: House) -> None:
    """The app is told the new code, and what it adds under that word goes to the same account."""
    await set_up(house)
    await house.write(lines=[line("l1", "labour")])
    await house.drain()
    await house.edit_xero(LineItems=[{"index": 0, "AccountCode": "260"}])
    await house.drain()
    assert await said(house) == ["xero:260"]
    await rename(house, "Other Revenue", "265")
    await rename(house, "Interest Income", "260")
    await house.edit_xero(Reference="PO 2")
    await house.drain()
    assert await said(house) == ["xero:265"]
    await house.edit(lines={"l2": line("l2", "xero:265")})
    await house.drain()
    assert await booked(house) == ["Other Revenue", "Other Revenue"]
    await assert_alike(house)


@ANSWERS
@pytest.mark.parametrize("fault", [pytest.param("cut_before", marks=pytest.mark.proof), "cut_after"])
async def test_an_answer_that_is_lost_meanwhile_books_nothing_elsewhere(
    house: House, counts: str, fault: str
) -> None:
    """What was tried is known by the account that it was tried for."""
    await set_up(house, counts)
    await swap(house)
    await house.fault(fault, "PUT", "/Invoices")
    await house.write(lines=[line("l1", "labour"), line("l2", "general")])
    await house.drain()
    await house.wait()
    assert await booked(house) == ["Labour Sales", "Sales"]
    assert await said(house) == ["labour", "general"]
    assert await edits_sent(house) == []
    await assert_alike(house)


@ANSWERS
async def test_a_credit_and_a_deposit_go_to_the_accounts_that_were_chosen(house: House, counts: str) -> None:
    """Their lines name accounts as those of invoices do."""
    await set_up(house, counts)
    await house.choose(credit_note_account="210", prepayment_account="220")
    await house.write(lines=[line("l1", "general")])
    await house.drain()
    await swap(house)
    await house.wait(timedelta(minutes=2))
    for kind, amount in (("credit_note", "40.00"), ("prepayment", "30.00")):
        said = {"kind": kind, "amount": amount, "applied_on": "2026-12-01"}
        await ask(house.app.post("/invoices/inv_1/credits", json=said))
        await house.drain()
    await assert_alike(house)
    booked_on = []
    for family, name in (("creditnotes", "CreditNotes"), ("prepayments", "Prepayments")):
        [held] = (await ask(house.xero.get(f"/people/{house.tenant_id}/{family}")))[name]
        booked_on += await names_of(house, held["LineItems"])
    assert booked_on == ["Labour Sales", "Materials Sales"]


async def test_an_option_under_another_name_goes_on_tracking_new_invoices(house: House) -> None:
    """Two options of a category give each other their names: a line has the one that was chosen."""
    await set_up(house)
    path = f"/people/{house.tenant_id}/trackingcategories"
    region = await ask(house.xero.post(path, json={"Name": "Region", "Options": ["North", "South"]}))
    await house.sweep()
    key, north = region["TrackingCategoryID"], region["Options"][0]["TrackingOptionID"]
    await house.choose(tracking={key: north})
    await house.write(lines=[line("l1", "labour")])
    await house.drain()
    for name, to in (("North", "x"), ("South", "North"), ("x", "South")):
        await ask(house.xero.patch(f"{path}/{key}", json={"Option": name, "Name": to}))
    await ask(house.xero.patch(f"{path}/{key}", json={"Name": "Area"}))
    await house.write("inv_2", lines=[line("l1", "labour")])
    await house.drain()
    await house.edit(lines={"l2": line("l2", "materials")})
    await house.drain()
    for number in ("N-inv_1", "N-inv_2"):
        for each in (await house.in_xero(number))["LineItems"]:
            [tracked] = each["Tracking"]
            assert (tracked["TrackingOptionID"], tracked["Name"], tracked["Option"]) == (
                north,
                "Area",
                "South",
            )
    for invoice_id in ("inv_1", "inv_2"):
        await assert_alike(house, invoice_id)


async def test_a_code_that_is_chosen_is_that_of_now(house: House) -> None:
    """The chart is read for it, so one that is new in Xero can be chosen at once; for an id it is not read."""
    await set_up(house)
    await swap(house)
    await rename(house, "Other Revenue", "255")
    shown = await house.choose(revenue_accounts={"labour": "220", "materials": "210", "general": "255"})
    calls = await house.last_call()
    await house.choose(revenue_accounts={"labour": shown["revenue_accounts"]["labour"], "extras": None})
    assert [call["path"] for call in await house.calls(calls)] == []
    await house.write(lines=[line("l1", "labour"), line("l2", "materials"), line("l3", "general")])
    await house.drain()
    assert await booked(house) == ["Labour Sales", "Materials Sales", "Other Revenue"]
    assert await said(house) == ["labour", "materials", "general"]


async def test_a_code_is_chosen_as_it_is_known_while_xero_is_down(house: House) -> None:
    """The facts of before are believed: the settings need not wait."""
    await set_up(house)
    await house.fault("unavailable_before", "GET", "/Accounts")
    shown = await house.choose(revenue_accounts={"labour": "220"})
    assert shown["revenue_accounts"]["labour"] == shown["revenue_accounts"]["materials"]


async def show_codes_as_booked(house: House) -> None:
    """Xero goes on showing the code that an account had when a line was given it; nobody knows whether it does."""
    await ask(house.xero.put(f"/organisations/{house.tenant_id}/behaviour", json={"line_code": "as_booked"}))


async def test_old_lines_that_show_a_code_of_before_ask_for_it_once(house: House) -> None:
    """By its id an account is known, whatever stands beside it: no look and no page of a compare asks anew."""
    await show_codes_as_booked(house)
    await set_up(house)
    for n in range(1, 4):
        await house.write(f"inv_{n}", lines=[line("l1", "labour")])
    await house.drain()
    await rename(house, "Other Revenue", "261")
    for n in range(1, 4):
        await house.edit_xero(f"N-inv_{n}", LineItems=[{"index": 0, "AccountCode": "261"}])
    await rename(house, "Other Revenue", "265")
    await house.drain()
    assert await said(house) == ["xero:265"]
    await rename(house, "Other Revenue", "266")
    await house.sweep()
    calls = await house.last_call()
    for reference in ("PO 2", "PO 3"):
        for n in range(1, 4):
            await house.edit_xero(f"N-inv_{n}", Reference=reference)
            await house.drain()
        await ask(house.api.post(f"{house.path}/compare"))
        await house.drain()
    assert "Accounts" not in [call["path"].rpartition("/")[2] for call in await house.calls(calls)]
    assert await said(house) == ["xero:266"]
    assert (await ask(house.api.get(f"{house.path}/discrepancies")))["data"] == []
    assert (await ask(house.api.get(f"{house.path}/comparison")))["last"]["differing"] == 0
    await house.edit("inv_2", lines={"l2": line("l2", "xero:266")})
    await house.drain()
    assert await booked(house, "N-inv_2") == ["Other Revenue", "Other Revenue"]


async def test_a_code_that_changes_again_is_seen_though_old_lines_show_the_first(house: House) -> None:
    """What was asked about once hides no other change: not another code, nor another account's."""
    await show_codes_as_booked(house)
    await set_up(house)
    await house.write(lines=[line("l1", "labour")])
    await house.drain()
    await rename(house, "Labour Sales", "215")
    await house.sweep()
    await house.edit_xero(Reference="PO 2")
    await house.drain()
    await rename(house, "Labour Sales", "216")
    await rename(house, "Materials Sales", "215")
    await house.write("inv_2", lines=[line("l1", "labour"), line("l2", "materials")])
    await house.drain()
    assert await booked(house, "N-inv_2") == ["Labour Sales", "Materials Sales"]
    assert await said(house) == ["labour"]
    assert [[f["path"] for f in each["fields"]] for each in await edits_sent(house)] == [["reference"]]
