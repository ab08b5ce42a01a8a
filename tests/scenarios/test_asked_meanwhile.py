"""Who asks for another look while one is under way is looked after once more: what was read before counts no more."""

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House
from tests.scenarios.troubles import ask, connection, in_the_middle

FACTS_OF_LOCKS = 2
"""The reads that can lift a lock date, made at once: the organisation, and what may be done in it. Both are below one
path, so that holding one up would leave it to chance whether the other one still sees the lock.
"""


async def lock_the_books(house: House) -> None:
    """An edit in the app waits for the lock date of the books, as Xero has said."""
    await house.write(issued_on="2026-06-15", due_on="2026-07-01")
    await house.drain()
    await house.set_facts(period_lock_date="2026-06-30")
    await house.sweep()
    await house.edit(reference="in locked books")
    await house.drain()
    assert await house.held_as() == "locked_period"


async def test_a_retry_asked_for_while_the_facts_are_read_is_kept(house: House) -> None:
    """The books were still locked when Xero began to answer; whoever unlocks them then, and asks, need not wait."""
    await lock_the_books(house)
    await ask(house.api.post(f"{house.path}/invoices/inv_1/retry"))
    async with in_the_middle(house, "GET", "/Organisation", calls=FACTS_OF_LOCKS):
        await house.set_facts(period_lock_date=None)
        await ask(house.api.post(f"{house.path}/invoices/inv_1/retry"))
    await house.drain()
    await assert_alike(house)


async def test_a_retry_of_all_asked_for_while_the_facts_are_read_is_kept(house: House) -> None:
    """The same of all that is held, and the facts are read no more than once more for it."""
    await lock_the_books(house)
    before = await house.last_call()
    await ask(house.api.post(f"{house.path}/held/retry", json={"all": True}))
    async with in_the_middle(house, "GET", "/Organisation", calls=FACTS_OF_LOCKS):
        await house.set_facts(period_lock_date=None)
        await ask(house.api.post(f"{house.path}/held/retry", json={"all": True}))
    await house.drain()
    await assert_alike(house)
    read = [call["path"] for call in await house.calls(before) if call["path"].endswith("/Organisation")]
    assert len(read) == 2


async def test_a_search_asked_for_while_the_facts_are_read_has_them_read_anew(house: House) -> None:
    """The search reads accounts and lock dates anew, for whoever asked last as well."""
    await lock_the_books(house)
    await ask(house.api.post(f"{house.path}/sweep"))
    async with in_the_middle(house, "GET", "/Organisation", calls=FACTS_OF_LOCKS):
        await house.set_facts(period_lock_date=None)
        await ask(house.api.post(f"{house.path}/sweep"))
    await house.drain()
    await assert_alike(house)
    shown = await connection(house)
    assert (shown["state"], shown["retry_reason"]) == ("active", None)
