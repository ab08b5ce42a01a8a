"""The main story in ten steps, in order: what is done, and what both sides must show afterwards.

A step is a function of the world that returns what it has to tell beside the sides' own fields, and raises
when something does not hold. Edits that are to be made "at once" are made while the messages of both sides
are held back in the network and let go together, so that nobody can have known of the other.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.demo.introduction import POLICY, introduce
from app.demo.mishaps import deliver_badly
from app.demo.sides import NOTHING, Movement
from app.demo.witness import expect, expect_change, expect_conflict
from app.demo.world import World

MAIN = "inv_8801"
CANCELLED_HERE = "inv_8802"
VOIDED_THERE = "inv_8803"
DOUBLED = "inv_8804"
LOST_HERE = "inv_8805"
LOST_THERE = "inv_8806"
RACED = "inv_8807"
FIRST_REFERENCE = "PO 10"


@dataclass(frozen=True)
class Step:
    """One sentence of the story."""

    sentence: str
    walk: Callable[[World], list[Movement]]
    invoice_ids: tuple[str, ...] = ()
    """Whose movements on both sides are shown."""
    prepare: Callable[[World], None] = lambda world: None
    """What must stand on both sides before; neither shown nor timed."""


def put_draft(world: World) -> list[Movement]:
    """A draft stays home: stored, visible by API, and no call to Xero is made for it."""
    before = world.xero.mark()
    world.partner.open(
        {
            "id": MAIN,
            "number": "JOB-8801",
            "reference": "PO 1177",
            "job": {"id": "job_311", "name": "Hot water system, 4 Wattle St"},
            "contact": {"id": "cus_17", "name": "Kim Tran", "email": "kim@example.com"},
            "lines": [
                {"id": "l1", "description": "Supply and fit 250 L unit", "unit_price": "1890.00"},
                {"id": "l2", "description": "Labour, hours", "quantity": "2.5", "unit_price": "95.00"},
            ],
        }
    )
    sight = world.settle(MAIN)
    expect(
        sight.resource is not None and sight.resource["xero"] is None,
        "Plumbline knows a Xero invoice of a draft",
    )
    calls = world.xero.list_calls(before)
    expect(not calls, f"a draft cost calls to Xero: {calls}")
    expect(not world.xero.list_invoices(), "a draft stands in Xero")
    return [Movement("Xero", "calls made for it", NOTHING, "none")]


def send_to_customer(world: World) -> list[Movement]:
    """Once the customer has it, Xero has it: approved, marked as sent, with its contact, equal to the cent."""
    world.partner.send_to_customer(MAIN)
    shown = {"contact": "Kim Tran", "reference": "PO 1177", "total": "2127.50", "sent to customer": "yes"}
    sight = world.agree(MAIN, both=shown, xero={"status": "AUTHORISED"})
    resource = sight.resource or {}
    numbers = (resource["partner"]["number"], resource["xero"]["number"])
    expect(
        numbers == (sight.partner["number"], sight.xero["number"]), f"Plumbline knows the numbers {numbers}"
    )
    return [Movement("Plumbline", "numbers", NOTHING, f"{numbers[0]} in the app, {numbers[1]} in Xero")]


def edit_in_xero(world: World) -> list[Movement]:
    """A person edits in Xero: signed webhook, feed, signed webhook to the app, and the app shows it."""
    seen = world.partner.mark()
    changes = {"Reference": "PO 1178", "LineItems": [{"index": 0, "UnitAmount": 1950}]}
    world.xero.edit(world.get_xero_id(MAIN), changes)
    price = {"line 1": "Supply and fit 250 L unit, 1 x 1950.00"}
    world.agree(MAIN, both={"reference": "PO 1178", "total": "2187.50", **price})
    expect_change(world, MAIN, "reference", "PO 1177", "PO 1178")
    expect_change(world, MAIN, "lines/l1/unit_price", "1890.00", "1950.00")
    received = [entry["outcome"] for entry in world.partner.list_received(seen, MAIN)]
    expect("applied" in received, f"the app's webhook got {received}")
    return []


def edit_different_fields(world: World) -> list[Movement]:
    """Both edits survive on both sides, because they were edits of different fields."""
    with at_once(world):
        world.partner.edit(MAIN, {"lines": {"l2": {"quantity": "3"}}})
        world.xero.edit(world.get_xero_id(MAIN), {"Reference": "PO 1179"})
    world.agree(MAIN, both={"reference": "PO 1179", "line 2": "Labour, hours, 3 x 95.00", "total": "2235.00"})
    return []


def edit_same_field(world: World) -> list[Movement]:
    """The connection's policy decides, and what lost is kept where a person can read it."""
    with at_once(world):
        world.partner.edit(MAIN, {"reference": "PO from the app"})
        world.xero.edit(world.get_xero_id(MAIN), {"Reference": "PO from Xero"})
    world.agree(MAIN, both={"reference": "PO from Xero"})
    expect_conflict(world, MAIN, "PO 1179", "PO from the app", "PO from Xero")
    return [Movement("Plumbline", "conflict on reference", "PO from the app | PO from Xero", POLICY)]


def pay_in_xero(world: World) -> list[Movement]:
    """A payment entered in Xero makes the partner's invoice paid."""
    due = world.look(MAIN).xero["total"]
    world.xero.pay(world.get_xero_id(MAIN))
    world.agree(MAIN, both={"paid": due}, partner={"status": "paid"}, xero={"status": "PAID"})
    return []


def cancel_and_void(world: World) -> list[Movement]:
    """Cancelling in the app voids in Xero, and voiding in Xero cancels in the app."""
    world.partner.cancel(CANCELLED_HERE)
    world.xero.void(world.get_xero_id(VOIDED_THERE))
    for invoice_id in (CANCELLED_HERE, VOIDED_THERE):
        world.agree(invoice_id, partner={"status": "cancelled"}, xero={"status": "VOIDED"})
    return []


def suffer_mishaps(world: World) -> list[Movement]:
    """Webhooks doubled, out of order and lost, on both sides: equal all the same, nothing done twice."""
    return deliver_badly(world, DOUBLED, LOST_HERE, LOST_THERE)


def race_a_change(world: World) -> list[Movement]:
    """The app refuses a change that would overwrite an edit that Plumbline has not seen; then the policy decides."""
    seen = world.partner.mark()
    edit = {"invoice_id": RACED, "changes": {"reference": "PO at the desk"}, "send": False}
    world.partner.set_faults(edit_before_applying=edit)
    world.xero.edit(world.get_xero_id(RACED), {"Reference": "PO in the office"})
    world.agree(RACED, both={"reference": "PO in the office"})
    expect_conflict(world, RACED, FIRST_REFERENCE, "PO at the desk", "PO in the office")
    outcomes = [entry["outcome"] for entry in world.partner.list_received(seen, RACED)]
    expect(
        outcomes[:1] == ["refused"] and outcomes[-1] == "applied",
        f"the app answered the changes with {outcomes}",
    )
    return [
        Movement("partner's app", "answers to the change", "409 with its document", "200 to the merged one")
    ]


def opening(*invoice_ids: str) -> Callable[[World], None]:
    """A preparation: small invoices that the customer has, equal on both sides."""

    def prepare(world: World) -> None:
        for invoice_id in invoice_ids:
            world.open_sent(invoice_id, reference=FIRST_REFERENCE)

    return prepare


@contextmanager
def at_once(world: World) -> Iterator[None]:
    """Edits made in the block become known to Plumbline together, after all of them were made."""
    world.partner.set_faults(hold_outgoing=True)
    world.xero.set_webhooks(mode="held")
    yield
    world.partner.release()
    world.xero.release_webhooks()


STORY = (
    Step(
        "A partner is made, a business connects through Xero's consent and chooses its account",
        introduce,
    ),
    # The look at Xero that follows a consent is over first, or its call would be counted.
    Step("A draft is put: it stays home", put_draft, (MAIN,), prepare=World.come_to_rest),
    Step(
        "It is sent to the customer: it stands in Xero, approved and marked as sent",
        send_to_customer,
        (MAIN,),
    ),
    Step("A person edits reference and a price in Xero: the partner's app shows it", edit_in_xero, (MAIN,)),
    Step("Both sides edit different fields at once: both edits survive", edit_different_fields, (MAIN,)),
    Step(
        "Both sides edit the same field at once: the policy decides, the conflict is kept",
        edit_same_field,
        (MAIN,),
    ),
    Step("A payment is made in Xero: the partner's invoice is paid", pay_in_xero, (MAIN,)),
    Step(
        "Cancelled in the app: voided in Xero. Another voided in Xero: cancelled in the app",
        cancel_and_void,
        (CANCELLED_HERE, VOIDED_THERE),
        opening(CANCELLED_HERE, VOIDED_THERE),
    ),
    Step(
        "Webhooks come twice, out of order, or never: both sides are equal all the same",
        suffer_mishaps,
        (DOUBLED, LOST_HERE, LOST_THERE),
        opening(DOUBLED, LOST_HERE, LOST_THERE),
    ),
    Step(
        "A change meets an edit that is on its way: refused, merged, nothing lost",
        race_a_change,
        (RACED,),
        opening(RACED),
    ),
)
