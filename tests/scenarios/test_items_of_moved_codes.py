"""An account's code is given to another account: products stay on the account that was chosen, by its code of now.

Xero takes no account's id of an item, and shows none (FACTS 5): a code is all that is said, and all that is seen.
"""

from datetime import timedelta

import pytest

from tests.scenarios.house import House
from tests.scenarios.test_codes_moved import line, set_up, swap
from tests.scenarios.test_items import TAP, edit_item_at_xero, items_in_xero, send, stands
from tests.scenarios.troubles import ask


async def account_of(house: House, code: str = "TAP") -> str:
    """The name of the account on which an item is sold."""
    accounts = (await ask(house.xero.get(f"/people/{house.tenant_id}/accounts")))["Accounts"]
    sold = (await items_in_xero(house))[code]["SalesDetails"]["AccountCode"]
    return str(next(each["Name"] for each in accounts if each.get("Code") == sold))


@pytest.fixture(autouse=True)
async def _accounts(house: House) -> None:
    """Each category has an account of its own, products are kept, and the facts are no news any more."""
    await set_up(house)
    await house.choose(items="on", unknown_item="create")
    await house.wait(timedelta(minutes=5))


async def test_a_new_product_goes_to_the_account_that_was_chosen(house: House) -> None:
    """The chart is read for it, once for all that a round brings."""
    await swap(house)
    calls = await house.last_call()
    await send(house, TAP, {**TAP, "id": "prd_hour", "code": "HOUR", "category": "labour"})
    await house.drain()
    assert await account_of(house) == "Materials Sales"
    assert await account_of(house, "HOUR") == "Labour Sales"
    read = [call for call in await house.calls(calls) if call["path"].endswith("/Accounts")]
    assert len(read) == 1


async def test_another_edit_of_a_product_takes_its_account_nowhere(house: House) -> None:
    """Price, account and tax go together, the account by its code of now."""
    await send(house, TAP)
    await house.drain()
    await swap(house)
    await send(house, {**TAP, "version": 2, "unit_price": "190.0000"})
    await house.drain()
    assert await account_of(house) == "Materials Sales"
    assert await stands(house) == ("settled", None)


async def test_a_moved_code_is_no_edit_of_the_app(house: House) -> None:
    """A person chose another account for the item in Xero, and keeps it."""
    await send(house, TAP)
    await house.drain()
    await edit_item_at_xero(house, "TAP", SalesDetails={"UnitPrice": 180.5, "AccountCode": "200"})
    await house.sweep()
    await swap(house)
    await house.sweep()
    await send(house, {**TAP, "version": 2, "unit_price": "190.0000"})
    await house.drain()
    assert await account_of(house) == "Sales"


async def test_an_item_of_an_invoices_line_is_made_on_the_lines_account(house: House) -> None:
    """It is made for a code that Xero does not have, with what the line says."""
    await swap(house)
    await house.write(lines=[line("l1", "labour", item_code="VISIT")])
    await house.drain()
    assert await account_of(house, "VISIT") == "Labour Sales"
