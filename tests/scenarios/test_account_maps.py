"""Accounts by item and by category, expenses among them, in books that refuse a tax on the wrong account."""

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json

SALE: Json = {"id": "l1", "description": "Tap", "quantity": "2", "unit_price": "110.00", "tax": "gst"}
DISCOUNT: Json = {
    "id": "l2",
    "description": "Discount",
    "quantity": "1",
    "unit_price": "-22.00",
    "tax": "gst",
}


async def booked(house: House) -> list[tuple[str, str]]:
    """Account and tax type of each line in Xero."""
    return [(line["AccountCode"], line["TaxType"]) for line in (await house.in_xero())["LineItems"]]


async def said(house: House) -> list[tuple[str | None, str | None]]:
    """Category and tax of each line in the app."""
    return [(line["category"], line["tax"]) for line in (await house.in_app())["lines"]]


@pytest.mark.proof
async def test_i11_e4_a_discount_is_an_expense_and_an_item_has_its_own_account(house: House) -> None:
    """Each with the tax that its account takes (E4, I11); an account moved in Xero comes back as what it is."""
    await house.choose(
        revenue_accounts={"materials": "220", "discount": "429"},
        expense_taxes={"gst": "INPUT"},
        item_accounts={"TAP-15": "260"},
    )
    tap = SALE | {"category": "materials", "item_code": "tap-15"}
    await house.write(lines=[tap, DISCOUNT | {"category": "discount"}])
    await house.drain()
    assert await booked(house) == [("260", "OUTPUT"), ("429", "INPUT")]
    assert await said(house) == [("materials", "gst"), ("discount", "gst")]
    await assert_alike(house)

    await house.edit_xero(
        LineItems=[
            {"index": 0, "AccountCode": "220"},
            {"index": 1, "AccountCode": "210", "TaxType": "OUTPUT"},
        ]
    )
    await house.drain()
    [(tap_category, _), (discount_category, tax)] = await said(house)
    assert (tap_category, tax) == ("xero:220", "gst")
    assert discount_category in ("labour", "xero:210")
    await house.edit(lines={"l1": {"unit_price": "120.00"}})
    await house.drain()
    assert await booked(house) == [("220", "OUTPUT"), ("210", "OUTPUT")]
    await house.edit(lines={"l1": {"category": "materials"}, "l2": {"category": "discount"}})
    await house.drain()
    assert await booked(house) == [("260", "OUTPUT"), ("429", "INPUT")]
    await assert_alike(house)


@pytest.mark.proof
async def test_c5_a_category_that_nobody_mapped_waits_or_is_booked_as_general(house: House) -> None:
    """Held until it is mapped, or until the business lets such lines be general ones (C5)."""
    await house.write(lines=[SALE | {"category": "plumbing"}])
    await house.drain()
    assert await house.held_as() == "category_unmapped"
    await house.choose(unmapped_category="general")
    await house.drain()
    assert await said(house) == [("plumbing", "gst")]
    await assert_alike(house)
    await house.choose(credit_note_account="429", expense_taxes={"gst": "INPUT"})
    credit = {"id": "c1", "kind": "credit_note", "amount": "20.00", "applied_on": "2026-11-21"}
    await house.edit(credits=[credit])
    await house.drain()
    await assert_alike(house)


async def test_e5_n1_a_policy_for_one_field_decides_there_alone(house: House) -> None:
    """And the conflict tells which one did (N1)."""
    await house.choose(conflict_policies={"reference": "partner_wins", "lines": "hold"})
    await house.write()
    await house.drain()
    await house.edit_xero(
        Reference="PO xero", DueDate="2077-03-01", LineItems=[{"index": 0, "UnitAmount": 120}]
    )
    await house.edit(reference="PO app", due_on="2077-04-01", lines={"l1": {"unit_price": "130.00"}})
    await house.drain()
    assert {
        conflict["path"]: (conflict["winner"], conflict["policy"], conflict["policy_field"])
        for conflict in await house.conflicts()
    } == {
        "reference": ("partner", "partner_wins", "reference"),
        "due_on": ("xero", "xero_wins", None),
        "lines/l1/unit_price": (None, "hold", "lines"),
    }
    assert (await house.in_app())["reference"] == "PO app"
    assert await house.held_as() == "conflict_held"


async def test_i8_a_namesake_is_no_match_where_names_may_not_match(house: House) -> None:
    """The customer waits with the reason, until the business lets names match (I8)."""
    await house.choose(contact_matching=["account_number", "name_and_email"])
    await house.at_xero("contacts", Name="Kim Tran")
    await house.write()
    await house.drain()
    assert await house.held_as() == "contact_name_taken"
    assert "contact_matching" in (await house.resource())["reason"]["cure"]
    await house.choose(contact_matching=["name"])
    await house.drain()
    await assert_alike(house)


async def test_an_account_of_a_line_beside_the_edited_one_is_archived(house: House) -> None:
    """Xero takes the lines whole and refuses them for it; the cure is one that helps a line that Xero has."""
    await house.choose(revenue_accounts={"materials": "220"})
    pipe = {"id": "l1", "description": "Pipe", "unit_price": "12.50", "category": "materials", "tax": "gst"}
    work = {"id": "l2", "description": "Work", "unit_price": "80.00", "category": "labour", "tax": "gst"}
    await house.write(lines=[pipe, work])
    await house.drain()
    await house.at_xero("accounts/220/archive")
    await house.edit(lines={"l2": {"unit_price": "90.00"}})
    await house.drain()
    reason = (await house.resource())["reason"]
    assert (reason["code"], "else on the line" in reason["cure"]) == ("account_unusable", True)
    await house.choose(revenue_accounts={"materials": "200"})
    await house.drain()
    assert await house.held_as() == "account_unusable"
    await house.edit(lines={"l1": {"category": "labour"}})
    await house.drain()
    await assert_alike(house)
    assert [line["AccountCode"] for line in (await house.in_xero())["LineItems"]] == ["200", "200"]
