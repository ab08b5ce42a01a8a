"""A payment is corrected in Xero, where it is deleted and another made, while the app changes it: it is paid once."""

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import app_fault, standing

PAID: Json = {"id": "p1", "amount": "40.00", "paid_on": "2026-11-20", "method": "card"}
POLICIES = ("xero_wins", "partner_wins", "newest_wins", "hold")


async def replace_in_xero(house: House, amount: int) -> None:
    """A person corrects the payment at Xero's screen in the one way that there is."""
    await house.unpay_at_xero()
    await house.at_xero("invoices/N-inv_1/payments", Amount=amount)


async def amounts(house: House) -> tuple[list[str], list[str]]:
    """What is paid in the app, and in Xero."""
    in_app, in_xero = await house.in_app(), await house.in_xero()
    return [each["amount"] for each in in_app["payments"]], [
        f"{each['Amount']:.2f}" for each in in_xero["Payments"]
    ]


async def replaced_and_changed(house: House, policy: str, first: str) -> None:
    """Both persons correct what they saw before the other did; `first` is who is heard first."""
    await house.choose(conflict_policy=policy)
    await house.write(payments=[PAID])
    await house.drain()
    if first == "xero":
        await app_fault(house, lose_outgoing_next=1)
    await replace_in_xero(house, 45)
    await house.edit(payments=[PAID | {"amount": "50.00"}])
    await house.drain()


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("first", ["partner", "xero"])
async def test_a_payment_that_both_sides_corrected_is_paid_once(
    house: House, policy: str, first: str
) -> None:
    """The winner's amount stands on both sides; held, each keeps its own until somebody decides for one of them."""
    await replaced_and_changed(house, policy, first)
    [conflict] = await house.conflicts()
    assert (conflict["path"], conflict["values"]) == (
        "payments/p1/amount", {"base": "40", "partner": "50", "xero": "45"},
    )  # fmt: skip
    if policy == "hold":
        assert await standing(house) == ("held", "conflict_held")
        assert await amounts(house) == (["50.00"], ["45.00"])
        path = f"{house.path}/conflicts/{conflict['id']}/resolve"
        await house._json(house.api.post(path, json={"action": "take_partner"}))
        await house.drain()
    winner = "xero" if conflict["winner"] == "xero" else "partner"
    assert policy in ("newest_wins", "hold", f"{winner}_wins")
    stands = "45.00" if winner == "xero" else "50.00"
    assert await amounts(house) == ([stands], [stands])
    assert await standing(house) == ("settled", None)
    await assert_alike(house)


@pytest.mark.parametrize("policy", POLICIES)
async def test_a_payment_that_was_corrected_in_xero_alone_is_corrected_in_the_app(
    house: House, policy: str
) -> None:
    """It keeps its id and its method there, and is no conflict under any policy."""
    await house.choose(conflict_policy=policy)
    await house.write(payments=[PAID])
    await house.drain()
    await replace_in_xero(house, 45)
    await house.drain()
    [paid] = (await house.in_app())["payments"]
    assert (paid["id"], paid["amount"], paid["method"]) == ("p1", "45.00", "card")
    assert await house.conflicts() == []
    await house.edit(payments=[PAID | {"amount": "50.00"}])
    await house.drain()
    assert await amounts(house) == (["50.00"], ["50.00"])


async def test_of_two_that_come_for_one_only_one_takes_its_place(house: House) -> None:
    """The one of the same amount, if there is one; the other is a payment of its own."""
    await house.write(payments=[PAID])
    await house.drain()
    await house.unpay_at_xero()
    await house.at_xero("invoices/N-inv_1/payments", Amount=25)
    await house.at_xero("invoices/N-inv_1/payments", Amount=40)
    await house.drain()
    payments = {each["id"]: each["amount"] for each in (await house.in_app())["payments"]}
    assert (payments.pop("p1"), list(payments.values())) == ("40.00", ["25.00"])


async def test_what_the_app_took_back_takes_no_other_payment_with_it(house: House) -> None:
    """The app's is gone on both sides; what a person made in Xero beside it stands."""
    await house.choose(conflict_policy="partner_wins")
    await house.write(payments=[PAID])
    await house.drain()
    await replace_in_xero(house, 45)
    await house.edit(payments=[])
    await house.drain()
    assert await amounts(house) == (["45.00"], ["45.00"])
    await assert_alike(house)


@pytest.mark.parametrize("policy", ["xero_wins", "partner_wins"])
async def test_what_a_person_corrects_between_our_look_and_our_removal_is_met(
    house: House, policy: str
) -> None:
    """The payment that is to be made anew is gone by then: nothing is made before the invoice was read again."""
    await house.choose(conflict_policy=policy)
    await house.write(payments=[PAID])
    await house.drain()
    await house.fault("stale", "GET", "/Invoices")
    await replace_in_xero(house, 45)
    await house.edit(payments=[PAID | {"amount": "50.00"}])
    await house.drain()
    stands = "45.00" if policy == "xero_wins" else "50.00"
    assert await amounts(house) == ([stands], [stands])
    assert [conflict["path"] for conflict in await house.conflicts()] == ["payments/p1/amount"]
    await assert_alike(house)
