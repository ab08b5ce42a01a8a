"""Lines on both sides: each keeps its identity, whoever adds, removes, edits or moves it."""

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import app_fault, writes_since

TWO = [
    {"id": "l1", "description": "Call-out", "quantity": "1", "unit_price": "110.00", "tax": "gst"},
    {"id": "l2", "description": "Pipe", "quantity": "3", "unit_price": "12.50", "tax": "gst"},
]
TAP = {"id": "l3", "description": "Tap", "quantity": "1", "unit_price": "80.00", "tax": "gst"}
XERO_TAP = {"Description": "Tap", "Quantity": 1, "UnitAmount": 80, "AccountCode": "200", "TaxType": "OUTPUT"}


def named(document: Json) -> list[str]:
    """The descriptions of an app's or Xero's lines, in order."""
    lines = document.get("lines") or document.get("LineItems") or []
    return [line.get("description") or line.get("Description") for line in lines]


async def two_lines(house: House) -> None:
    """An invoice with a call-out and a pipe stands on both sides."""
    await house.write(lines=TWO)
    await house.drain()


async def test_t2_lines_added_edited_moved_and_removed_in_the_app(house: House) -> None:
    """Each step shows in Xero, and the lines that stayed kept Xero's id."""
    await two_lines(house)
    ids = [line["LineItemID"] for line in (await house.in_xero())["LineItems"]]
    await house.edit(lines={"l2": {"quantity": "4"}, "l3": TAP})
    await house.drain()
    await assert_alike(house)
    assert [line["LineItemID"] for line in (await house.in_xero())["LineItems"]][:2] == ids
    lines = (await house.in_app())["lines"]
    await house.edit(lines=[lines[2], lines[0], lines[1]])
    await house.drain()
    assert named(await house.in_xero()) == ["Tap", "Call-out", "Pipe"]
    await assert_alike(house)
    await house.edit(lines={"l1": None})
    await house.drain()
    assert named(await house.in_xero()) == ["Tap", "Pipe"]
    await assert_alike(house)


@pytest.mark.proof
async def test_t1_lines_added_edited_moved_and_removed_in_xero(house: House) -> None:
    """A line born in Xero gets an id that the app keeps through every later step."""
    await two_lines(house)
    await house.edit_xero(LineItems=[{"index": 1, "Quantity": 4}, XERO_TAP])
    await house.drain()
    await assert_alike(house)
    lines = (await house.in_app())["lines"]
    assert [line["id"] for line in lines][:2] == ["l1", "l2"]
    born = lines[2]["id"]
    assert born.startswith("xero-")
    await house.edit_xero(LineItems=[{"index": 2}, {"index": 0}, {"index": 1}])
    await house.drain()
    assert [line["id"] for line in (await house.in_app())["lines"]] == [born, "l1", "l2"]
    await house.edit(lines={born: {"unit_price": "85.00"}})
    await house.drain()
    assert (await house.in_xero())["LineItems"][0]["UnitAmount"] == 85
    await house.edit_xero(LineItems=[{"index": 1, "Removed": True}])
    await house.drain()
    assert [line["id"] for line in (await house.in_app())["lines"]] == [born, "l2"]
    await assert_alike(house)


async def test_both_add_a_line_and_both_stand(house: House) -> None:
    """Two new lines, one from each side, on both sides, in one order."""
    await two_lines(house)
    await house.edit_xero(LineItems=[XERO_TAP])
    await house.edit(lines={"l9": {**TAP, "description": "Washer"}})
    await house.drain()
    assert sorted(named(await house.in_app())) == ["Call-out", "Pipe", "Tap", "Washer"]
    await assert_alike(house)
    assert await house.conflicts() == []


@pytest.mark.proof
async def test_each_side_takes_away_the_line_that_the_other_left(house: House) -> None:
    """None is left: it is held before Xero is asked, however often somebody looks, until there is a line again."""
    await two_lines(house)
    await house.edit_xero(LineItems=[{"index": 0, "Removed": True}])
    await house.edit(lines={"l2": None})
    calls = await house.last_call()
    await house.drain()
    assert (await house.held_as(), (await house.in_app())["lines"]) == ("lines_missing", [])
    await house._json(house.api.post(f"{house.path}/compare"))
    await house.sweep()
    assert await writes_since(house, calls) == []
    await house.edit(lines={"l3": TAP})
    await house.drain()
    await assert_alike(house)
    assert named(await house.in_app()) == [TAP["description"]]


async def test_an_invoice_that_we_emptied_is_edited_on_in_the_app(house: House) -> None:
    """Its documents have no lines for as long as none is given: their edits are kept, and Xero's new line arrives."""
    await two_lines(house)
    await house.edit_xero(LineItems=[{"index": 0, "Removed": True}])
    await house.edit(lines={"l2": None})
    await house.drain()
    assert (await house.held_as(), (await house.in_app())["lines"]) == ("lines_missing", [])
    edited = await house.edit(reference="PO 2")
    await house.drain()
    assert (await house.resource())["record"]["reference"] == edited["reference"]
    # An edit that never arrives by itself: the app refuses the line for its sake, with a document that has none.
    await app_fault(house, lose_outgoing_next=1)
    await house.edit(reference="PO 3")
    await house.edit_xero(LineItems=[XERO_TAP], Reference="PO 4")
    await house.drain()
    await assert_alike(house)
    shown = await house.in_app()
    assert (named(shown), shown["reference"]) == (["Tap"], "PO 4")
    kept = [(each["path"], each["values"]["partner"]) for each in await house.conflicts()]
    assert kept == [("reference", "PO 2"), ("reference", "PO 3")]


async def test_the_last_line_is_not_taken_away_in_the_app(house: House) -> None:
    """Its document is refused by field, also where an older one was emptied, and given a line since."""
    await two_lines(house)
    await house.edit_xero(LineItems=[{"index": 0, "Removed": True}])
    await house.edit(lines={"l2": None})
    await house.drain()
    await house.edit(lines={"l3": TAP})
    await house.drain()
    bare = await house.edit(lines={"l3": None})
    await house.drain()
    assert named((await house.resource())["record"]) == ["Tap"]
    answer = await house.api.put(f"{house.path}/invoices/inv_1", json=bare)
    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (422, ["lines"])


@pytest.mark.proof
async def test_edited_here_and_removed_there_is_a_conflict_over_the_line(house: House) -> None:
    """Xero wins here: its removal stands, and the app's edit is kept in the conflict; then the other way round."""
    await two_lines(house)
    await house.edit_xero(LineItems=[{"index": 1, "Removed": True}])
    await house.edit(lines={"l2": {"quantity": "7"}})
    await house.drain()
    assert named(await house.in_app()) == ["Call-out"]
    await assert_alike(house)
    [conflict] = await house.conflicts()
    assert (conflict["path"], "xero" in conflict["values"]) == ("lines/l2", False)
    assert conflict["values"]["partner"]["quantity"] == "7"

    await house.write("inv_2", lines=TWO)
    await house.drain()
    await house.edit_xero("N-inv_2", LineItems=[{"index": 1, "Quantity": 9}])
    await house.edit("inv_2", lines={"l2": None})
    await house.drain()
    assert [line["quantity"] for line in (await house.in_app("inv_2"))["lines"]] == ["1", "9"]
    await assert_alike(house, "inv_2")


async def test_new_ids_for_every_line_are_no_edit(house: House) -> None:
    """Another app wrote the same lines anew, one of them dearer: the app's lines stay the same lines."""
    await two_lines(house)
    said = [
        {
            "Description": "Call-out",
            "Quantity": 1,
            "UnitAmount": 110,
            "AccountCode": "200",
            "TaxType": "OUTPUT",
        },
        {"Description": "Pipe", "Quantity": 3, "UnitAmount": 13, "AccountCode": "200", "TaxType": "OUTPUT"},
    ]
    await house.edit_xero(LineItems=[{"index": 0, "Removed": True}, {"index": 1, "Removed": True}, *said])
    await house.drain()
    lines = (await house.in_app())["lines"]
    assert [(line["id"], line["unit_price"]) for line in lines] == [("l1", "110.00"), ("l2", "13.00")]
    await house.edit(lines={"l1": {"unit_price": "120.00"}})
    await house.drain()
    await assert_alike(house)


async def test_two_identical_lines_stay_two(house: House) -> None:
    """Which is which is kept: the second one's edit, from either side, changes the second."""
    twins = [{**TWO[0], "id": "l1"}, {**TWO[0], "id": "l2"}]
    await house.write(lines=twins)
    await house.drain()
    await house.edit_xero(LineItems=[{"index": 1, "UnitAmount": 99}])
    await house.drain()
    assert [line["unit_price"] for line in (await house.in_app())["lines"]] == ["110.00", "99.00"]
    await house.edit(lines={"l2": {"unit_price": "98.00"}})
    await house.drain()
    assert [line["UnitAmount"] for line in (await house.in_xero())["LineItems"]] == [110, 98]
    await assert_alike(house)


@pytest.mark.parametrize(
    ("policy", "stands"), [("xero_wins", (None, 7.77)), ("partner_wins", ("12.5", None)), ("hold", None)]
)
async def test_a_rate_here_and_an_amount_there_are_one_discount(
    house: House, policy: str, stands: tuple[str | None, float | None] | None
) -> None:
    """The policy decides between them, and the conflict keeps both; held, each side keeps its own."""
    await house.choose(conflict_policy=policy)
    await two_lines(house)
    await house.edit_xero(LineItems=[{"index": 0, "DiscountAmount": 7.77}])
    await house.edit(lines={"l1": {"discount_rate": "12.5"}})
    await house.drain()
    in_app, in_xero = (await house.in_app())["lines"][0], (await house.in_xero())["LineItems"][0]
    [conflict] = await house.conflicts()
    assert conflict["path"] == "lines/l1"
    assert conflict["values"]["partner"]["discount_rate"] == "12.5"
    assert conflict["values"]["xero"]["discount_amount"] == "7.77"
    if stands is None:
        assert await house.held_as() == "conflict_held"
        assert (in_app["discount_rate"], in_xero["DiscountAmount"]) == ("12.5", 7.77)
    else:
        await assert_alike(house)
        assert (in_app["discount_rate"], in_xero.get("DiscountAmount")) == stands


async def test_a_person_decides_between_a_rate_and_an_amount(house: House) -> None:
    """Told in words what each side gave; the rate that is chosen stands on both, beside what was edited meanwhile."""
    await house.choose(conflict_policy="hold")
    await two_lines(house)
    await house.edit_xero(LineItems=[{"index": 0, "DiscountAmount": 7.77}])
    await house.edit(lines={"l1": {"discount_rate": "12.5"}})
    await house.drain()
    await house.edit(lines={"l1": {"description": "Call-out, evening"}}, reference="PO 2")
    await house.drain()
    assert (await house.in_xero())["Reference"] == "PO 2"
    conflict = (await house.conflicts())[-1]
    path = f"{house.path}/conflicts/{conflict['id']}"
    told = (await house._json(house.api.get(path)))["explanation"]
    assert "with 12.5 % off" in told
    assert "with 7.77 off" in told
    await house._json(house.api.post(f"{path}/resolve", json={"action": "take_partner"}))
    await house.drain()
    await assert_alike(house)
    line = (await house.in_app())["lines"][0]
    assert (line["discount_rate"], line["description"]) == ("12.5", "Call-out, evening")


@pytest.mark.parametrize(("action", "stands"), [("take_partner", ["Pipe"]), ("take_xero", ["Dear", "Pipe"])])
async def test_a_line_of_a_held_field_is_taken_away(house: House, action: str, stands: list[str]) -> None:
    """Both described it otherwise, then the app takes the line away: that is what a person decides about now."""
    await house.choose(conflict_policy="hold")
    await two_lines(house)
    await house.edit_xero(LineItems=[{"index": 0, "Description": "Dear"}])
    await house.edit(lines={"l1": {"description": "Cheap"}})
    await house.drain()
    await house.edit(lines={"l1": None})
    await house.drain()
    assert (await house.held_as(), named(await house.in_xero())) == ("conflict_held", ["Dear", "Pipe"])
    field, line = await house.conflicts()
    assert (field["path"], field["state"]) == ("lines/l1/description", "closed")
    assert (line["path"], line["state"], line["values"]["xero"]["description"]) == (
        "lines/l1",
        "held",
        "Dear",
    )
    path = f"{house.path}/conflicts/{line['id']}/resolve"
    await house._json(house.api.post(path, json={"action": action}))
    await house.drain()
    await assert_alike(house)
    assert named(await house.in_app()) == stands


async def test_a_line_of_a_held_field_goes_by_the_policy_of_lines(house: House) -> None:
    """Descriptions wait for a person, lines do not: Xero takes the line away, and nothing of it is held any more."""
    await house.choose(conflict_policies={"lines/*/description": "hold"})
    await two_lines(house)
    await house.edit(lines={"l1": {"description": "Cheap"}})
    await house.edit_xero(LineItems=[{"index": 0, "Description": "Dear"}])
    await house.drain()
    assert await house.held_as() == "conflict_held"
    await house.edit_xero(LineItems=[{"index": 0, "Removed": True}])
    await house.drain()
    await assert_alike(house)
    assert named(await house.in_app()) == ["Pipe"]
    assert (await house.conflicts())[-1]["values"]["partner"]["description"] == "Cheap"


async def test_a_line_that_comes_back_to_the_app_has_its_own_words(house: House) -> None:
    """Taken away in the app and edited in Xero, whose policy wins: what Xero cannot say of the line is not lost."""
    own = {"category": "labour", "item_code": "PIPE-15", "tax": "gst"}
    await house.write(lines=[{**TWO[0], **own}, TWO[1]])
    await house.drain()
    await house.edit_xero(LineItems=[{"index": 0, "Quantity": 5}])
    await house.edit(lines={"l1": None})
    await house.drain()
    await assert_alike(house)
    line = (await house.in_app())["lines"][0]
    assert (line["id"], line["quantity"]) == ("l1", "5")
    assert {name: line[name] for name in own} == own
