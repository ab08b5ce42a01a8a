"""What a person decides about conflicts reaches both sides, meets what moved meanwhile, and can be taken back."""

from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.contact_sides import (
    KIM,
    assert_contacts_alike,
    contact_in_app,
    contact_in_xero,
    edit_contact,
    edit_contact_in_xero,
    shown_contact,
)
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import app_fault, ask, later

A_WHILE = timedelta(hours=1)
VOIDED = "It is voided in Xero, where nothing is edited any more."


async def clash(house: House, xero: str = "PO xero", app: str = "PO app") -> Json:
    """Both sides write another reference before either is known; answers the newest conflict."""
    await house.edit_xero(Reference=xero)
    await house.edit(reference=app)
    await house.drain()
    return (await house.conflicts())[-1]


async def resolve(house: House, conflict: Json, action: str, **more: Any) -> Json:
    """A person decides; nothing is worked off yet."""
    call = house.api.post(f"{house.path}/conflicts/{conflict['id']}/resolve", json={"action": action} | more)
    return dict(await ask(call))


async def undo(house: House, resolution: Json) -> Json:
    """A person takes a decision back; nothing is worked off yet."""
    return dict(await ask(house.api.post(f"{house.path}/resolutions/{resolution['id']}/undo")))


async def state_of(house: House, resolution: Json) -> tuple[str, str | None]:
    """How far a resolution is, and why."""
    shown = await ask(house.api.get(f"{house.path}/resolutions/{resolution['id']}"))
    return shown["state"], shown["reason"]


async def references(house: House) -> tuple[str, str]:
    """The reference in the app and in Xero."""
    return (await house.in_app())["reference"], (await house.in_xero())["Reference"]


async def states(house: House) -> list[str]:
    """The states of all conflicts, oldest first."""
    return [conflict["state"] for conflict in await house.conflicts()]


async def start(house: House, policy: str = "hold") -> None:
    """An invoice stands on both sides, under that policy."""
    await house.choose(conflict_policy=policy)
    await house.write()
    await house.drain()


@pytest.mark.proof
async def test_e11_n1_n12_a_held_conflict_is_decided_undone_and_decided_otherwise(house: House) -> None:
    """Each of the choices reaches the side that lacks it, an undo brings both apart again (FEATURES E11, N1, N12)."""
    await start(house)
    conflict = await clash(house)
    assert (conflict["state"], await house.held_as()) == ("held", "conflict_held")
    told = await ask(house.api.get(f"{house.path}/conflicts/{conflict['id']}"))
    assert told["now"] == {"partner": "PO app", "xero": "PO xero"}
    assert "'PO 1'" in told["explanation"]
    assert "'PO xero'" in told["explanation"]
    assert {offer["action"]: offer["value"] for offer in told["choices"]}["take_partner"] == "PO app"

    taken = await resolve(house, conflict, "take_xero", note="By phone.")
    assert (taken["state"], taken["note"]) == ("waiting", "By phone.")
    again = await resolve(house, conflict, "take_xero")
    assert again["id"] == taken["id"]
    before = await house.last_call()
    await house.drain()
    assert await references(house) == ("PO xero", "PO xero")
    assert {call["method"] for call in await house.calls(before)} <= {"GET"}
    assert await state_of(house, taken) == ("done", None)
    assert await states(house) == ["closed"]
    await assert_alike(house)

    back = await undo(house, taken)
    await house.drain()
    assert await references(house) == ("PO app", "PO xero")
    assert (await state_of(house, back), await state_of(house, taken)) == (("done", None), ("undone", None))
    assert (await states(house), await house.held_as()) == (["held"], "conflict_held")

    merged = await resolve(house, conflict, "merged", values={"reference": "PO both"})
    await house.drain()
    assert await references(house) == ("PO both", "PO both")
    await undo(house, merged)
    await house.drain()
    assert await references(house) == ("PO app", "PO xero")

    ignored = await resolve(house, conflict, "ignore")
    await house.drain()
    assert (await states(house), await house.held_as()) == (["ignored"], None)
    assert await references(house) == ("PO app", "PO xero")
    await house.edit(reference="PO later")
    await house.drain()
    assert (await states(house), await house.held_as()) == (["held"], "conflict_held")
    assert (await state_of(house, ignored))[0] == "done"

    final = await resolve(house, conflict, "take_partner")
    await house.drain()
    assert await references(house) == ("PO later", "PO later")
    assert (await state_of(house, final))[0] == "done"
    await assert_alike(house)
    entries = (await ask(house.api.get(f"{house.path}/invoices/inv_1/history", params={"limit": 500})))[
        "data"
    ]
    told = [one for one in entries if one["references"].get("resolution_id") == taken["id"]]
    [decided] = [one for one in told if one["kind"] == "decided"]
    assert decided["sentence"] == "A person decided to take Xero's value of reference: By phone."
    ends = [one["references"]["state"] for one in told if one["kind"] == "decision_ended"]
    assert ends == ["done", "undone"]


@pytest.mark.proof
async def test_n12_a_settled_conflict_is_regretted_and_what_was_edited_since_is_not_undone(
    house: House,
) -> None:
    """The value that lost is taken after all; once somebody edited the field, an undo is refused (N12)."""
    await start(house, "xero_wins")
    conflict = await clash(house)
    assert (conflict["state"], await references(house)) == ("settled", ("PO xero", "PO xero"))
    regretted = await resolve(house, conflict, "take_partner")
    await house.drain()
    assert await references(house) == ("PO app", "PO app")
    assert (await state_of(house, regretted))[0] == "done"
    back = await undo(house, regretted)
    await house.drain()
    assert await references(house) == ("PO xero", "PO xero")
    assert (await state_of(house, back))[0] == "done"

    anew = await resolve(house, conflict, "take_partner")
    await house.drain()
    await house.edit_xero(Reference="PO office")
    late = await undo(house, anew)
    await house.drain()
    assert (await state_of(house, late))[0] == "overtaken"
    assert "edited since" in str((await state_of(house, late))[1])
    assert await references(house) == ("PO office", "PO office")
    refused = await house.api.post(f"{house.path}/resolutions/{anew['id']}/undo")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/decision_refused")
    await assert_alike(house)


@pytest.mark.proof
async def test_a_decision_meets_what_moved_before_it_was_carried_out(house: House) -> None:
    """The app edits while the decision waits: that is a conflict like any, and no edit is overwritten in silence."""
    await start(house)
    conflict = await clash(house)
    decided = await resolve(house, conflict, "merged", values={"reference": "PO both"})
    await house.edit(reference="PO newer")
    await house.edit_xero(Reference="PO office")
    await house.drain()
    assert await references(house) == ("PO newer", "PO office")
    assert (await state_of(house, decided))[0] == "overtaken"
    assert await house.held_as() == "conflict_held"
    newest = (await house.conflicts())[-1]
    assert newest["state"] == "held"
    await resolve(house, newest, "take_xero")
    await house.drain()
    assert await references(house) == ("PO office", "PO office")
    await assert_alike(house)


@pytest.mark.proof
async def test_what_xero_will_not_take_is_held_or_changes_nothing(house: House) -> None:
    """A decision that payments forbid waits with the reason; one that can never be changes nothing."""
    await start(house)
    await house.edit_xero(LineItems=[{"index": 0, "UnitAmount": 150}])
    await house.edit(lines={"l1": {"unit_price": "160.00"}})
    await house.drain()
    conflict = (await house.conflicts())[-1]
    assert conflict["path"] == "lines/l1/unit_price"
    await house.at_xero("invoices/N-inv_1/payments", Amount=40)
    await house.drain()
    decided = await resolve(house, conflict, "take_partner")
    await house.drain()
    assert await house.held_as() == "paid_locked"
    state, reason = await state_of(house, decided)
    assert state == "waiting"
    assert "payments" in str(reason)
    await house.unpay_at_xero()
    await house.drain()
    assert (await house.in_xero())["Total"] == 160
    assert (await state_of(house, decided))[0] == "done"

    await house.at_xero("invoices/N-inv_1/void")
    await house.edit(status="draft")
    await house.drain()
    conflict = (await house.conflicts())[-1]
    assert (conflict["path"], conflict["state"]) == ("status", "held")
    never = await resolve(house, conflict, "take_partner")
    await house.drain()
    state, reason = await state_of(house, never)
    assert state == "not_possible"
    assert "voided" in str(reason)
    assert (await house.in_xero())["Status"] == "VOIDED"
    assert (await house.conflicts())[-1]["state"] == "held"
    await resolve(house, conflict, "take_xero")
    await house.drain()
    assert (await house.in_app())["status"] == "cancelled"


async def test_what_is_voided_is_not_brought_back(house: House) -> None:
    """An undo that Xero can never follow is not possible, and says so; nothing waits for it."""
    await start(house)
    decided = await resolve(house, await clash(house), "take_partner")
    await house.drain()
    await house.at_xero("invoices/N-inv_1/void")
    await house.drain()
    late = await undo(house, decided)
    await house.drain()
    assert await state_of(house, late) == ("not_possible", VOIDED)
    assert (await states(house), await house.held_as()) == (["closed"], None)
    await assert_alike(house)


async def test_what_is_voided_before_xero_is_brought_back_is_no_conflict_any_more(house: House) -> None:
    """Xero is away while an undo would write to it, and the office voids the invoice: both sides say the same."""
    await start(house)
    decided = await resolve(house, await clash(house), "take_partner")
    await house.drain()
    back = await undo(house, decided)
    await house.fault("error_500", "POST", "/Invoices")
    await house.drain()
    assert await references(house) == ("PO app", "PO app")
    await house.at_xero("invoices/N-inv_1/void")
    await later(house, A_WHILE)
    await house.drain()
    assert (await state_of(house, back))[0] == "done"
    assert (await states(house), await house.held_as()) == (["closed"], None)
    await assert_alike(house)


@pytest.mark.parametrize("path", ["lines/l1/account", "lines/l1/category"])
async def test_a_word_of_one_side_is_decided_by_what_the_other_says_now(house: House, path: str) -> None:
    """Category against account is held; then the side that has no such word edits on: taking its value takes that."""
    accounts = (await ask(house.api.get(f"{house.path}/accounts", params={"fit_for": "sales"})))["data"][:4]
    chosen = dict(zip(("general", "labour"), (each["account_id"] for each in accounts), strict=False))
    await house.choose(conflict_policy="hold", revenue_accounts=chosen)
    await house.write()
    await house.drain()
    is_of_xero = path.endswith("account")
    if not is_of_xero:
        await app_fault(house, lose_outgoing_next=1)
    await house.edit(lines={"l1": {"category": "labour"}})
    await house.edit_xero(LineItems=[{"index": 0, "AccountCode": accounts[2]["code"]}])
    await house.drain()
    [conflict] = await house.conflicts()
    assert (conflict["path"], conflict["state"]) == (path, "held")
    if is_of_xero:
        await house.edit(lines={"l1": {"category": None}})
    else:
        await house.edit_xero(LineItems=[{"index": 0, "AccountCode": accounts[3]["code"]}])
    await house.drain()
    taken = await resolve(house, conflict, "take_partner" if is_of_xero else "take_xero")
    await house.drain()
    assert await state_of(house, taken) == ("done", None)
    await assert_alike(house)
    [in_app], [in_xero] = (await house.in_app())["lines"], (await house.in_xero())["LineItems"]
    stands = accounts[0 if is_of_xero else 3]["code"]
    assert in_xero["AccountCode"] == stands
    assert in_app["category"] == (None if is_of_xero else f"xero:{stands}")


@pytest.mark.proof
async def test_contacts_are_decided_by_the_same_calls(house: House) -> None:
    """A customer's phone that both sides changed: decided for the app, and taken back."""
    await house.choose(conflict_policy="hold")
    await house.write()
    await house.app.post("/contacts", json=KIM)
    await house.drain()
    await edit_contact(house, phone="0400 111 111")
    await edit_contact_in_xero(
        house, Phones=[{"PhoneType": "DEFAULT", "PhoneNumber": "0400 222 222", "PhoneAreaCode": ""}]
    )
    await house.drain()
    conflict = (await house.conflicts())[-1]
    assert (conflict["contact_id"], conflict["path"], conflict["state"]) == ("cus_1", "phone", "held")
    assert (await shown_contact(house))["reason"]["code"] == "conflict_held"
    decided = await resolve(house, conflict, "take_partner")
    await house.drain()
    await assert_contacts_alike(house)
    assert (await contact_in_app(house))["phone"] == "0400 111 111"
    await undo(house, decided)
    await house.drain()
    assert (await contact_in_app(house))["phone"] == "0400 111 111"
    phones = (await contact_in_xero(house))["Phones"]
    assert "0400 222 222" in [phone["PhoneNumber"] for phone in phones]
    assert (await shown_contact(house))["reason"]["code"] == "conflict_held"
