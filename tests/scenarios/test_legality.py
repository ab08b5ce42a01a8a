"""What Xero forbids is known before the call, said in words, and goes through once the cause has lifted."""

from datetime import timedelta

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House

LONGER_THAN_FACTS_ARE_KEPT = timedelta(hours=7)


async def test_a_locked_period_holds_until_the_lock_date_moves(house: House) -> None:
    """An edit and a new invoice in locked books wait; one dated later goes; unlocking frees them by itself."""
    await house.write("inv_1", issued_on="2026-06-15", due_on="2026-07-01")
    await house.drain()
    await house.set_facts(period_lock_date="2026-06-30")
    await house.wait(LONGER_THAN_FACTS_ARE_KEPT)
    await house.edit("inv_1", reference="in locked books")
    await house.write("inv_2", issued_on="2026-06-20", due_on="2026-07-01")
    await house.write("inv_3")
    await house.drain()
    assert [await house.held_as(f"inv_{n}") for n in (1, 2, 3)] == ["locked_period", "locked_period", None]
    assert "2026-06-30" in (await house.resource("inv_1"))["reason"]["message"]
    assert (await house.in_xero("N-inv_1"))["Reference"] == "PO 1"
    await assert_alike(house, "inv_3")
    await house.set_facts(period_lock_date=None)
    await house.wait(LONGER_THAN_FACTS_ARE_KEPT)
    await house.sweep()
    await assert_alike(house, "inv_1")
    await assert_alike(house, "inv_2")


async def test_a_lock_date_that_we_did_not_know_of_is_told_in_xeros_words(house: House) -> None:
    """Facts are kept for a while; a refusal by Xero is mapped to the same reason."""
    await house.write(issued_on="2026-06-15", due_on="2026-07-01")
    await house.drain()
    await house.set_facts(end_of_year_lock_date="2026-06-30")
    await house.edit(reference="in locked books")
    await house.drain()
    assert await house.held_as() == "locked_period"
    assert "30 June 2026" in (await house.resource())["reason"]["message"]
    await house.set_facts(end_of_year_lock_date=None)
    await house.wait(LONGER_THAN_FACTS_ARE_KEPT)
    await house.sweep()
    await assert_alike(house)


async def test_an_archived_account_holds_what_needs_it(house: House) -> None:
    """What stood before is let be, another account cures what is new."""
    await house.choose(revenue_accounts={"materials": "220"})
    line = {"id": "l1", "unit_price": "110.00", "category": "materials"}
    await house.write("inv_1", lines=[line])
    await house.drain()
    await house.at_xero("accounts/220/archive")
    await house.write("inv_2", lines=[line])
    await house.edit("inv_1", reference="lines untouched")
    await house.drain()
    assert await house.held_as("inv_2") == "account_unusable"
    await assert_alike(house, "inv_1")
    await house.choose(revenue_accounts={"materials": "200"})
    await house.drain()
    await assert_alike(house, "inv_2")
    assert (await house.in_xero("N-inv_2"))["LineItems"][0]["AccountCode"] == "200"


async def test_what_xero_will_not_take_is_said_with_its_cure(house: House) -> None:
    """No due date; and an address that names Xero, which is left out rather than holding the invoice."""
    await house.write("inv_1", due_on=None)
    await house.write("inv_2", url="https://app.example/xero/inv_2")
    await house.drain()
    assert await house.held_as("inv_1") == "due_date_missing"
    await assert_alike(house, "inv_2")
    await house.edit("inv_1", due_on="2027-01-31")
    await house.drain()
    await assert_alike(house, "inv_1")


async def test_a_currency_that_the_organisation_lacks_is_refused_by_name(house: House) -> None:
    """The document is refused and says why; once the organisation has the currency it is taken."""
    answer = await house._json(
        house.app.post("/invoices", json={"id": "inv_1", "status": "sent", "currency": "USD"})
    )
    [sent] = answer["sent"]
    assert (sent["outcome"], sent["answer"]["errors"][0]["field"]) == ("rejected", "currency")
    await house.set_facts(currencies=["USD"])
    await house.wait(LONGER_THAN_FACTS_ARE_KEPT)
    await house.sweep()
    await house._json(house.app.post("/invoices/inv_1/resend", json={}))
    await house.drain()
    assert (await house.list_in_xero())[0]["CurrencyCode"] == "USD"
    await assert_alike(house)
