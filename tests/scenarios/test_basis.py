"""How amounts are, changed on one side while money of lines is changed on the other: one fact, and one side's total."""

from decimal import Decimal
from typing import Any

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.test_lines import XERO_TAP, named, two_lines
from tests.scenarios.troubles import app_fault

EXCLUSIVE: Json = {"amounts_are": "tax_exclusive"}
REPRICED: Json = EXCLUSIVE | {"lines": {"l1": {"unit_price": "100.00"}, "l2": {"unit_price": "11.00"}}}
XERO_REPRICED: Json = {
    "LineAmountTypes": "Exclusive",
    "LineItems": [{"index": 0, "UnitAmount": 100}, {"index": 1, "UnitAmount": 11}],
}
TAP: Json = {"l3": {"description": "Tap", "quantity": "1", "unit_price": "80.00", "tax": "gst"}}
# What each side does, and what the invoice comes to there; both had agreed on 147.50 with tax in it.
CASES = {
    "the app says prices before tax, Xero another price": (
        (EXCLUSIVE, "162.25"), ({"LineItems": [{"index": 0, "UnitAmount": 132}]}, "169.50")
    ),
    "the app prices all anew, Xero one of them": (
        (REPRICED, "146.30"), ({"LineItems": [{"index": 0, "UnitAmount": 132}]}, "169.50")
    ),
    "the app prices all anew, Xero takes 10 off": (
        (REPRICED, "146.30"), ({"LineItems": [{"index": 0, "DiscountAmount": 10}]}, "137.50")
    ),
    "the app prices all anew, Xero frees a line of tax": (
        (REPRICED, "146.30"), ({"LineItems": [{"index": 0, "TaxType": "EXEMPTOUTPUT"}]}, "147.50")
    ),
    "the app prices all anew, Xero adds a line": ((REPRICED, "146.30"), ({"LineItems": [XERO_TAP]}, "227.50")),
    "the app takes tax off, Xero another price": (
        ({"amounts_are": "no_tax"}, "147.50"), ({"LineItems": [{"index": 1, "UnitAmount": 20}]}, "170.00")
    ),
    "Xero says prices before tax, the app another price": (
        ({"lines": {"l1": {"unit_price": "132.00"}}}, "169.50"), ({"LineAmountTypes": "Exclusive"}, "162.25")
    ),
    "Xero prices all anew, the app one of them": (
        ({"lines": {"l1": {"unit_price": "132.00"}}}, "169.50"), (XERO_REPRICED, "146.30")
    ),
    "Xero prices all anew, the app adds a line": (({"lines": TAP}, "227.50"), (XERO_REPRICED, "146.30")),
    "Xero takes tax off, the app another price": (
        ({"lines": {"l2": {"unit_price": "20.00"}}}, "170.00"), ({"LineAmountTypes": "NoTax"}, "147.50")
    ),
    "the app says prices before tax and takes 10 off, Xero a tenth": (
        (EXCLUSIVE | {"lines": {"l1": {"discount_amount": "10.00"}}}, "151.25"),
        ({"LineItems": [{"index": 0, "DiscountRate": 10}]}, "136.50"),
    ),
    "Xero says prices before tax and takes 10 off, the app a tenth": (
        ({"lines": {"l1": {"discount_rate": "10"}}}, "136.50"),
        ({"LineAmountTypes": "Exclusive", "LineItems": [{"index": 0, "DiscountAmount": 10}]}, "151.25"),
    ),
    "both say otherwise, and price otherwise": (
        (REPRICED, "146.30"),
        ({"LineAmountTypes": "NoTax", "LineItems": [{"index": 1, "UnitAmount": 20}]}, "170.00"),
    ),
}  # fmt: skip
Did = tuple[Json, str]
POLICIES = ("xero_wins", "partner_wins", "hold")


def marks_of(case: int, turn: int) -> tuple[pytest.MarkDecorator, ...]:
    """Each case is tried under one policy in every run, the policies in turn; under the others among the proofs."""
    return () if turn == case % len(POLICIES) else (pytest.mark.proof,)


UNDER_EACH_POLICY = [
    pytest.param(app, xero, policy, id=f"{what}, {policy}", marks=marks_of(case, turn))
    for case, (what, (app, xero)) in enumerate(CASES.items())
    for turn, policy in enumerate(POLICIES)
]


async def totals(house: House) -> tuple[Decimal, Decimal]:
    """What the app's document comes to, and what Xero shows."""
    in_app, in_xero = await house.in_app(), await house.in_xero()
    is_exclusive = in_app["amounts_are"] == "tax_exclusive"
    return sum((_amount(line, is_exclusive) for line in in_app["lines"]), Decimal(0)), Decimal(
        str(in_xero["Total"])
    )


def _amount(line: Json, is_exclusive: bool) -> Decimal:
    quantity, price, rate, off = (
        Decimal(line[name] or 0) for name in ("quantity", "unit_price", "discount_rate", "discount_amount")
    )
    amount = quantity * price * (100 - rate) / 100 - off
    return amount * Decimal("1.1") if is_exclusive and line["tax"] == "gst" else amount


async def edit_both(house: House, app: Json, xero: Json) -> None:
    """Both persons edit what they saw before the other did."""
    await house.edit_xero(**xero)
    await house.edit(**app)
    await house.drain()


async def resolve(house: House, conflict: Json, action: str, **more: Any) -> Json:
    """A person decides."""
    path = f"{house.path}/conflicts/{conflict['id']}/resolve"
    answer = await house._json(house.api.post(path, json={"action": action, **more}))
    await house.drain()
    return dict(answer)


@pytest.mark.parametrize(("app", "xero", "policy"), UNDER_EACH_POLICY)
async def test_no_total_stands_that_neither_side_said(house: House, app: Did, xero: Did, policy: str) -> None:
    """The side that wins has its basis and its prices, the other's are told; held, each side keeps its own."""
    await house.choose(conflict_policy=policy)
    await two_lines(house)
    await edit_both(house, app[0], xero[0])
    said = Decimal(app[1]), Decimal(xero[1])
    conflicts = await house.conflicts()
    assert {conflict["path"] for conflict in conflicts} >= {"amounts_are"}
    assert {conflict["policy"] for conflict in conflicts} == {policy}
    if policy == "hold":
        assert await house.held_as() == "conflict_held"
        assert await totals(house) == said
    else:
        stands = said[0] if policy == "partner_wins" else said[1]
        assert await totals(house) == (stands, stands)
        await assert_alike(house)


@pytest.mark.parametrize("order", ["the app is seen first", "Xero is seen first"])
async def test_whoever_is_seen_first_the_loser_is_told_what_was_dropped(house: House, order: str) -> None:
    """Basis and lines are kept with both sides' values, and a line in words with its price."""
    await two_lines(house)
    if order.startswith("Xero"):
        await app_fault(house, lose_outgoing_next=1)
    await edit_both(house, REPRICED, {"LineItems": [{"index": 0, "UnitAmount": 132}]})
    await assert_alike(house)
    found = {conflict["path"]: conflict for conflict in await house.conflicts()}
    assert set(found) == {"amounts_are", "lines/l1", "lines/l2"}
    assert found["amounts_are"]["values"] == {
        "base": "tax_inclusive", "partner": "tax_exclusive", "xero": "tax_inclusive",
    }  # fmt: skip
    prices = {side: line["unit_price"] for side, line in found["lines/l1"]["values"].items()}
    assert prices == {"base": "110", "partner": "100", "xero": "132"}
    told = await house._json(house.api.get(f"{house.path}/conflicts/{found['lines/l2']['id']}"))
    assert "a line of 'Pipe' at 11" in told["explanation"]
    assert "Xero, which last moved" in told["explanation"]
    assert "left it as it was" in told["explanation"]


@pytest.mark.parametrize("basis_in", ["app", "xero"])
async def test_an_edit_of_anything_else_stands_beside_another_basis(house: House, basis_in: str) -> None:
    """Words, a quantity, a discount by rate, a line less and words alone mean the same under every basis."""
    await house.choose(conflict_policy="hold")
    await two_lines(house)
    if basis_in == "app":
        more = {"index": 0, "Quantity": 2, "Description": "Call-out, evening", "DiscountRate": 10}
        lines: list[Json] = [more, {"index": 1, "Removed": True}, {"Description": "Thank you"}]
        await edit_both(
            house,
            REPRICED | {"lines": {"l1": {"unit_price": "100.00"}}},
            {"LineItems": lines, "Reference": "PO 2"},
        )
    else:
        more = {"quantity": "2", "description": "Call-out, evening", "discount_rate": "10"}
        words = {"description": "Thank you", "quantity": None, "unit_price": None}
        changes: Json = {"lines": {"l1": more, "l2": None, "l3": words}, "reference": "PO 2"}
        await edit_both(
            house, changes, {"LineAmountTypes": "Exclusive", "LineItems": [{"index": 0, "UnitAmount": 100}]}
        )
    assert await house.conflicts() == []
    await assert_alike(house)
    assert await totals(house) == (Decimal(198), Decimal(198))
    in_app = await house.in_app()
    assert (named(in_app), in_app["reference"]) == (["Call-out, evening", "Thank you"], "PO 2")


async def test_another_basis_said_by_both_is_no_conflict(house: House) -> None:
    """Both speak of the same amounts then, and each price stands as whoever changed it said."""
    await two_lines(house)
    await edit_both(
        house, EXCLUSIVE | {"lines": {"l1": {"unit_price": "100.00"}}}, {"LineAmountTypes": "Exclusive"}
    )
    assert await house.conflicts() == []
    await assert_alike(house)
    assert await totals(house) == (Decimal("151.25"), Decimal("151.25"))


@pytest.mark.parametrize("action", ["take_partner", "take_xero"])
@pytest.mark.parametrize("path", ["amounts_are", "lines/l1"])
async def test_one_decision_is_of_the_basis_and_all_that_waits_with_it(
    house: House, action: str, path: str
) -> None:
    """Whichever of them a person decides, both sides show the chosen side's total; taken back, each its own."""
    await house.choose(conflict_policy="hold")
    await two_lines(house)
    await edit_both(
        house, REPRICED, {"LineItems": [{"index": 0, "UnitAmount": 132}, XERO_TAP], "Reference": "PO 2"}
    )
    conflict = next(each for each in await house.conflicts() if each["path"] == path)
    told = await house._json(house.api.get(f"{house.path}/conflicts/{conflict['id']}"))
    assert [choice["action"] for choice in told["choices"]] == [
        "take_xero",
        "take_partner",
        "relink",
        "ignore",
    ]
    decided = await resolve(house, conflict, action)
    await assert_alike(house)
    stands = Decimal("146.30" if action == "take_partner" else "249.50")
    assert await totals(house) == (stands, stands)
    assert (await house.in_app())["reference"] == "PO 2"
    await house._json(house.api.post(f"{house.path}/resolutions/{decided['id']}/undo", json={}))
    await house.drain()
    assert (await house.held_as(), await totals(house)) == (
        "conflict_held",
        (Decimal("146.30"), Decimal("249.50")),
    )


async def test_money_that_is_edited_while_the_basis_waits_waits_with_it(house: House) -> None:
    """A price on the one side and a line on the other: each stays where it is, and goes with the decision."""
    await house.choose(conflict_policy="hold")
    await two_lines(house)
    await edit_both(house, EXCLUSIVE, {"LineItems": [{"index": 0, "UnitAmount": 132}]})
    await edit_both(house, {"lines": TAP}, {"LineItems": [{"index": 1, "UnitAmount": 20}]})
    assert await totals(house) == (Decimal("250.25"), Decimal("192.00"))
    paths = {conflict["path"] for conflict in await house.conflicts()}
    assert paths == {"amounts_are", "lines/l1", "lines/l2", "lines/l3"}
    refused = await house.api.post(
        f"{house.path}/conflicts/{(await house.conflicts())[0]['id']}/resolve",
        json={"action": "merged", "values": {"amounts_are": "no_tax"}},
    )
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/decision_refused")
    await resolve(house, (await house.conflicts())[-1], "take_partner")
    await assert_alike(house)
    assert await totals(house) == (Decimal("250.25"), Decimal("250.25"))


async def test_a_price_that_waits_holds_another_basis_too(house: House) -> None:
    """Both priced a line otherwise and a person is to decide; then the app says another basis."""
    await house.choose(conflict_policy="hold")
    await two_lines(house)
    await edit_both(
        house, {"lines": {"l1": {"unit_price": "99.00"}}}, {"LineItems": [{"index": 0, "UnitAmount": 132}]}
    )
    await house.edit(**EXCLUSIVE)
    await house.drain()
    assert await totals(house) == (Decimal("150.15"), Decimal("169.50"))
    await resolve(house, (await house.conflicts())[0], "take_xero")
    await assert_alike(house)
    assert await totals(house) == (Decimal("169.50"), Decimal("169.50"))


@pytest.mark.parametrize("edited", ["basis", "price"])
async def test_an_app_that_edits_the_other_half_meanwhile_refuses_the_change(
    house: House, edited: str
) -> None:
    """A change of a price names its basis and one of the basis the prices, so that neither meets the other unseen."""
    price, basis = {"LineItems": [{"index": 0, "UnitAmount": 132}]}, {"LineAmountTypes": "Exclusive"}
    app, xero = (
        (EXCLUSIVE, price) if edited == "basis" else ({"lines": {"l1": {"unit_price": "121.00"}}}, basis)
    )
    await two_lines(house)
    await house.edit_xero(**xero)
    await app_fault(house, edit_before_applying={"invoice_id": "inv_1", "changes": app, "send": True})
    await house.drain()
    await assert_alike(house)
    stands = Decimal("169.50" if edited == "basis" else "162.25")
    assert await totals(house) == (stands, stands)
    assert {conflict["path"] for conflict in await house.conflicts()} == {"amounts_are", "lines/l1"}


@pytest.mark.parametrize(("policy", "action"), [("xero_wins", "take_partner"), ("partner_wins", "take_xero")])
async def test_what_a_policy_decided_is_turned_round_whole(house: House, policy: str, action: str) -> None:
    """Every conflict of it decided for the other side in one call: its total stands on both."""
    await house.choose(conflict_policy=policy)
    await two_lines(house)
    await edit_both(house, REPRICED, {"LineItems": [{"index": 0, "UnitAmount": 132}, XERO_TAP]})
    wishes = [{"conflict_id": conflict["id"], "action": action} for conflict in await house.conflicts()]
    await house._json(house.api.post(f"{house.path}/resolutions", json={"resolutions": wishes}))
    await house.drain()
    await assert_alike(house)
    stands = Decimal("146.30" if action == "take_partner" else "249.50")
    assert await totals(house) == (stands, stands)


@pytest.mark.parametrize(("direction", "winner"), [("to_xero", "partner"), ("to_partner", "xero")])
@pytest.mark.parametrize("basis_in", ["app", "xero"])
async def test_where_lines_travel_one_way_the_side_they_come_from_wins(
    house: House, direction: str, winner: str, basis_in: str
) -> None:
    """The basis goes both ways, and yet it would mean another sum of lines that the other side cannot change."""
    await house.choose(fields={"lines": direction})
    await two_lines(house)
    app = EXCLUSIVE
    xero: Json = {"LineItems": [{"index": 0, "UnitAmount": 132}]}
    if basis_in == "xero":
        app, xero = {"lines": {"l1": {"unit_price": "132.00"}}}, {"LineAmountTypes": "Exclusive"}
    await edit_both(house, app, xero)
    await assert_alike(house)
    stands = Decimal("162.25" if (winner == "partner") == (basis_in == "app") else "169.50")
    assert await totals(house) == (stands, stands)
    conflicts = await house.conflicts()
    assert {(each["winner"], each["policy"]) for each in conflicts} == {(winner, direction)}
    assert any(each["path"].startswith("lines/l1") for each in conflicts)
