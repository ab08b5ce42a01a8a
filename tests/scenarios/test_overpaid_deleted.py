"""The payment of an overpaid invoice is deleted in Xero: what was too much stays there, and is told."""

import pytest

from tests.scenarios.house import House, Json
from tests.scenarios.test_credits import held_in_xero
from tests.scenarios.test_overpaid_corrected import TYPED, overpaid, received, shown, void_overpayments
from tests.scenarios.troubles import standing


async def delete_payment(house: House) -> None:
    """A person deletes the one payment of the invoice at Xero's screen."""
    await house.unpay_at_xero()
    await house.drain()


async def left_over(house: House, state: str = "open") -> list[Json]:
    """What of payments is told to be left in Xero."""
    page = await house._json(
        house.api.get(f"{house.path}/discrepancies", params={"kind": "overpayment_left", "state": state})
    )
    return list(page["data"])


async def resolve(house: House, found: Json, action: str) -> None:
    """A person decides about it."""
    path = f"{house.path}/discrepancies/{found['id']}"
    told = await house._json(house.api.get(path))
    assert action in [choice["action"] for choice in told["choices"]]
    await house._json(house.api.post(f"{path}/resolve", json={"action": action}))
    await house.drain()


async def test_what_is_left_of_a_deleted_payment_is_told(house: House) -> None:
    """The app shows that the invoice is due, and a person learns of the 40.00 at the customer's account, once."""
    await overpaid(house)
    await delete_payment(house)
    assert await received(house) == (0, 40, 110)
    assert (await shown(house), (await house.in_app())["status"]) == ([], "sent")
    [found] = await left_over(house)
    assert (found["path"], found["moved_by"], found["invoice_id"]) == ("payments/p1", "xero", "inv_1")
    assert "The payment of 150.00 was deleted in Xero, and 40.00 of it" in found["message"]
    assert found["values"]["partner"]["amount"] == "150"
    await house.edit_xero(Reference="PO 2")
    await house.drain()
    assert [each["id"] for each in await left_over(house)] == [found["id"]]


async def test_a_payment_that_was_deleted_by_mistake_is_made_again(house: House) -> None:
    """The app's is taken: both sides are as they were, and nothing is booked twice."""
    await overpaid(house)
    await delete_payment(house)
    await resolve(house, (await left_over(house))[0], "take_partner")
    assert await received(house) == (110, 40, 0)
    assert await shown(house) == [TYPED]
    assert await left_over(house) == []


async def test_what_the_app_says_again_is_made_again(house: House) -> None:
    """The payment comes again in a document: it is over."""
    await overpaid(house)
    await delete_payment(house)
    await house.edit(payments=[TYPED], status="paid")
    await house.drain()
    assert (await received(house), await shown(house)) == ((110, 40, 0), [TYPED])
    assert await left_over(house) == []


@pytest.mark.parametrize("how", ["voided", "set against it", "left"])
async def test_it_is_over_once_nothing_is_left(house: House, how: str) -> None:
    """Voided in Xero, set against the invoice there, which the app then shows, or taken as it is by a person."""
    await overpaid(house)
    await delete_payment(house)
    if how == "voided":
        await void_overpayments(house)
    elif how == "set against it":
        [over] = await held_in_xero(house, "overpayments")
        await house.at_xero(
            f"overpayments/{over['OverpaymentID']}/allocations",
            InvoiceNumber="N-inv_1", Amount=40,
        )  # fmt: skip
    else:
        await resolve(house, (await left_over(house))[0], "take_xero")
    await house.drain()
    assert await left_over(house) == []
    [closed] = await left_over(house, "resolved")
    assert closed["closed_because"]
    assert await standing(house) == ("settled", None)
    credits_ = [each["amount"] for each in await shown(house)]
    assert credits_ == (["40.00"] if how == "set against it" else [])


async def test_what_the_app_takes_back_itself_is_no_news(house: House) -> None:
    """The attempts tell of it, as ever."""
    await overpaid(house)
    await house.edit(payments=[], status="sent")
    await house.drain()
    assert await received(house) == (0, 40, 110)
    assert await left_over(house) == []
