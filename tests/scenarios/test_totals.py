"""Totals: what the customer was told is what Xero shows, to the cent, or somebody is told otherwise."""

import random
from decimal import Decimal

import pytest

from tests.scenarios.both_sides import assert_alike, assert_all_alike
from tests.scenarios.house import House, Json

BATCH = 40
RANDOM = random.Random(20261122)
TRICKY = [
    [{"quantity": "1", "unit_price": "0.3333"}] * 3,
    [{"quantity": "0.3333", "unit_price": "1.00"}] * 3,
    [{"quantity": "1", "unit_price": "0.05"}] * 11,
    [
        {"quantity": "1", "unit_price": "99.99", "discount_rate": "33.3333"},
        {"quantity": "1", "unit_price": "-0.01"},
    ],
    [{"quantity": "7", "unit_price": "0.0049"}, {"quantity": "2.5", "unit_price": "1.0050"}],
]


def any_line() -> Json:
    """A line as nasty as a partner may send it: four places, discounts, credits of a cent."""
    line: Json = {
        "quantity": str(Decimal(RANDOM.randint(1, 120_000)) / RANDOM.choice([1, 10, 100, 10_000])),
        "unit_price": str(Decimal(RANDOM.randint(1, 999_999)) / RANDOM.choice([100, 1000, 10_000])),
        "tax": RANDOM.choice(["gst", "gst", "none", None]),
    }
    if RANDOM.random() < 0.3:
        line["discount_rate"] = str(Decimal(RANDOM.randint(1, 10_000)) / 100)
    return line


@pytest.mark.proof
async def test_forty_invoices_are_equal_to_the_cent(house: House) -> None:
    """Inclusive, exclusive and without tax, mixed taxes, discounts, thirds: created, then half of them edited."""
    bases = ["tax_inclusive", "tax_exclusive", "no_tax"]
    for number in range(BATCH):
        lines = TRICKY[number] if number < len(TRICKY) else [any_line() for _ in range(RANDOM.randint(1, 6))]
        named = [{"tax": "gst", **line, "id": f"l{place}"} for place, line in enumerate(lines)]
        await house.write(f"inv_{number}", amounts_are=bases[number % 3], lines=named)
    await house.drain()
    await assert_all_alike(house)
    for number in range(0, BATCH, 2):
        await house.edit(f"inv_{number}", amounts_are=bases[(number + 1) % 3], lines={"l0": any_line()})
    await house.drain()
    await assert_all_alike(house)


@pytest.mark.proof
async def test_t20_a_basis_changed_in_xero_shows_in_the_app(house: House) -> None:
    """A person switches the invoice to exclusive, then to no tax, then back; taxes come back with it."""
    await house.write()
    await house.drain()
    for basis, shown, total in [
        ("Exclusive", "tax_exclusive", "121.00"),
        ("NoTax", "no_tax", "110.00"),
        ("Inclusive", "tax_inclusive", "110.00"),
    ]:
        await house.edit_xero(LineAmountTypes=basis)
        await house.drain()
        assert (await house.in_app())["amounts_are"] == shown
        assert (await house.resource())["record"]["total"] == total
        await assert_alike(house)
    [line] = (await house.in_xero())["LineItems"]
    assert (line["TaxType"], (await house.in_app())["lines"][0]["tax"]) == ("OUTPUT", "gst")


@pytest.mark.parametrize("policy", ["xero_wins", "partner_wins", "hold"])
@pytest.mark.parametrize(("app", "xero"), [("no_tax", "Exclusive"), ("tax_exclusive", "NoTax")])
async def test_taxes_go_with_the_side_that_says_how_amounts_are(
    house: House, app: str, xero: str, policy: str
) -> None:
    """One side takes tax off the invoice, the other puts it on top: no tax and no NONE of the loser is left."""
    await house.choose(conflict_policy=policy)
    await house.write()
    await house.drain()
    await house.edit_xero(LineAmountTypes=xero)
    await house.edit(amounts_are=app)
    await house.drain()
    in_app, in_xero = await house.in_app(), await house.in_xero()
    assert in_app["lines"][0]["tax"] == "gst"
    if policy == "hold":
        assert (await house.held_as(), in_app["amounts_are"]) == ("conflict_held", app)
        is_taxed = xero == "Exclusive"
    else:
        await assert_alike(house)
        is_taxed = (policy == "xero_wins") == (xero == "Exclusive")
    assert (in_xero["LineItems"][0]["TaxType"], in_xero["Total"]) == (
        ("OUTPUT", 121) if is_taxed else ("NONE", 110)
    )
    [conflict] = await house.conflicts()
    assert conflict["path"] == "amounts_are"


@pytest.mark.parametrize("action", ["take_xero", "take_partner"])
@pytest.mark.parametrize(("app", "xero"), [("no_tax", "Exclusive"), ("tax_exclusive", "NoTax")])
async def test_a_person_decides_how_amounts_are_and_taxes_follow(
    house: House, app: str, xero: str, action: str
) -> None:
    """Both sides show the decided basis and what it comes to, and the app its own word for the tax."""
    await house.choose(conflict_policy="hold")
    await house.write()
    await house.drain()
    await house.edit_xero(LineAmountTypes=xero)
    await house.edit(amounts_are=app)
    await house.drain()
    [conflict] = await house.conflicts()
    path = f"{house.path}/conflicts/{conflict['id']}/resolve"
    await house._json(house.api.post(path, json={"action": action}))
    await house.drain()
    await assert_alike(house)
    is_taxed = (action == "take_xero") == (xero == "Exclusive")
    assert (await house.in_xero())["Total"] == (121 if is_taxed else 110)
    assert (await house.in_app())["lines"][0]["tax"] == "gst"


async def test_a_tax_set_by_hand_is_told_and_not_written_over(house: House) -> None:
    """The totals differ by more than rounding can: a person must look, and Xero keeps what a person set there."""
    await house.write(amounts_are="tax_exclusive")
    await house.drain()
    await house.edit_xero(LineItems=[{"index": 0, "TaxAmount": 5}])
    before = await house.last_call()
    await house.drain()
    assert await house.held_as() == "total_differs"
    invoice = await house.in_xero()
    assert (invoice["TotalTax"], invoice["Total"]) == (5, 115)
    assert {call["method"] for call in await house.calls(before)} == {"GET"}
    await house.edit_xero(LineItems=[{"index": 0, "TaxAmount": 11}])
    await house.drain()
    await assert_alike(house)


@pytest.mark.proof
async def test_a_cent_of_tax_is_mended_once_and_then_held(house: House) -> None:
    """Tax changed by hand in Xero makes the customer's total wrong: it is set right once, then a person is asked."""
    await house.write(amounts_are="tax_exclusive")
    await house.drain()
    assert (await house.in_xero())["Total"] == 121
    await house.edit_xero(LineItems=[{"index": 0, "TaxAmount": 11.01}])
    await house.drain()
    assert (await house.in_xero())["Total"] == 121
    await assert_alike(house)

    await house.edit_xero(LineItems=[{"index": 0, "TaxAmount": 10.99}])
    await house.drain()
    assert await house.held_as() == "total_differs"
    assert "121.00" in (await house.resource())["reason"]["message"]
    await house.edit(reference="still goes on")
    await house.drain()
    assert ((await house.in_xero())["Reference"], await house.held_as()) == ("still goes on", "total_differs")
    await house.edit(lines={"l1": {"unit_price": "120.00"}})
    await house.drain()
    assert (await house.in_xero())["Total"] == 132
    await assert_alike(house)
