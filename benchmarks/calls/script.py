"""Changes of every kind at once: creates, edits, payments and voids on both sides, a fifth of them in bursts.

People make them as fast as they can, and nobody waits for one before the next. Of each kind there is its share; each
invoice that both sides have already is changed in one way.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from app.demo.failures import StepFailed
from app.demo.waiting import wait_for
from app.demo.world import World
from benchmarks.calls.bulks import BURST, PATIENCE, PEOPLE
from benchmarks.calls.counting import Counted, counting
from benchmarks.calls.naive import NaiveClient
from benchmarks.ground import Ground, settle

SAID = "of Xero"
"""The reference that people in Xero give."""

INVOICES_OF_A_CUSTOMER = 5
LINE = {"Description": "Call-out", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200"}
BORN = {
    "Status": "AUTHORISED",
    "SentToContact": True,
    "DueDate": "2026-12-04",
    "LineItems": [LINE],
    "Reference": SAID,
}


@dataclass(frozen=True)
class Invoice:
    """One that both sides have by these ids; a new one has a number alone."""

    number: int
    invoice_id: str = ""
    key: str = ""


@dataclass(frozen=True)
class Kind:
    """Changes of one kind: `share` of a hundred, made by `act` in one invoice each, `edits` of it.

    `naive` is the call of a client that makes one for each.
    """

    share: int
    act: Callable[[World, Invoice], object]
    naive: Callable[[NaiveClient, str], object]
    is_new: bool = False
    edits: int = 1

    def count(self, changes: int) -> int:
        """In how many invoices."""
        return changes * self.share // (100 * self.edits)


def _burst(world: World, each: Invoice) -> None:
    for number in range(BURST):
        world.partner.edit(each.invoice_id, {"reference": f"burst {number}"})


def _create_in_app(world: World, each: Invoice) -> None:
    customer = each.number // INVOICES_OF_A_CUSTOMER
    contact = {"id": f"script_cus_{customer}", "name": f"Script Customer {customer}"}
    lines = [{"id": "l1", "description": "Call-out", "unit_price": "100.00"}]
    said = {"id": f"script_{each.number}", "number": f"SCRIPT-{each.number}", "status": "sent"}
    world.partner.open({**said, "contact": contact, "lines": lines})


def _create_in_xero(world: World, each: Invoice) -> None:
    contact = {"Name": f"Born Customer {each.number // INVOICES_OF_A_CUSTOMER}"}
    said = {**BORN, "InvoiceNumber": f"BORN-{each.number}", "Contact": contact}
    world.xero.remote.post(f"/people/{world.xero.tenant_id}/invoices", said)


def _pay_in_app(world: World, each: Invoice) -> None:
    world.partner.remote.post(f"/invoices/{each.invoice_id}/payments", {"amount": "10.00"})


BURSTS = Kind(20, _burst, lambda naive, mine: naive.edit(mine, Reference="burst"), edits=BURST)
CREATED_IN_APP = Kind(10, _create_in_app, lambda naive, _: naive.create_invoice(naive.customer), is_new=True)
CREATED_IN_XERO = Kind(10, _create_in_xero, NaiveClient.read, is_new=True)
EDITED_IN_APP = Kind(
    20,
    lambda world, each: world.partner.edit(each.invoice_id, {"reference": "of the app"}),
    lambda naive, mine: naive.edit(mine, Reference="of the app"),
)
EDITED_IN_XERO = Kind(
    20, lambda world, each: world.xero.edit(each.key, {"Reference": SAID}), NaiveClient.read
)
PAID_IN_APP = Kind(5, _pay_in_app, NaiveClient.pay)
PAID_IN_XERO = Kind(5, lambda world, each: world.xero.pay(each.key), NaiveClient.read)
VOIDED_IN_XERO = Kind(5, lambda world, each: world.xero.void(each.key), NaiveClient.read)
VOIDED_IN_APP = Kind(
    5,
    lambda world, each: world.partner.cancel(each.invoice_id),
    lambda naive, mine: naive.edit(mine, Status="VOIDED"),
)
KINDS = (
    BURSTS,
    CREATED_IN_APP,
    CREATED_IN_XERO,
    EDITED_IN_APP,
    EDITED_IN_XERO,
    PAID_IN_APP,
    PAID_IN_XERO,
    VOIDED_IN_XERO,
    VOIDED_IN_APP,
)
SHOWN = (CREATED_IN_XERO, EDITED_IN_XERO, PAID_IN_XERO, VOIDED_IN_XERO, VOIDED_IN_APP)
"""What the app shows by a reference or a status once it has it."""


def play(world: World, ground: Ground, invoice_ids: Sequence[str], changes: int) -> Counted:
    """Make so many, and wait until both sides show them; both have these invoices. Raises StepFailed where one is held,
    which would cost no call.
    """
    bank = world.plumbline.list_accounts("payments")[0]["account_id"]
    world.plumbline.change_settings(payment_account=bank)
    acts = _deal(world, _list_known(ground, invoice_ids), changes)
    with counting(world) as counted:
        with ThreadPoolExecutor(PEOPLE) as people:
            list(people.map(lambda act: act(), acts))
        wait_for(
            lambda: sum(map(_is_shown, world.partner.list_documents())),
            lambda shown: shown >= sum(kind.count(changes) for kind in SHOWN),
            lambda shown: f"the app shows {shown} of what was done in Xero",
            seconds=PATIENCE,
            pause=1.0,
        )
        settle(ground, PATIENCE)
    held = ground.execute("SELECT partner_invoice_id, reason_code FROM invoice_links WHERE state = 'held'")
    if held:
        raise StepFailed(f"{len(held)} invoices are held: {held[0]}")
    return counted


def _list_known(ground: Ground, invoice_ids: Sequence[str]) -> Iterator[Invoice]:
    rows = ground.execute(
        "SELECT partner_invoice_id, xero_invoice_id FROM invoice_links"
        " WHERE partner_invoice_id = ANY($1::text[]) ORDER BY partner_invoice_id",
        list(invoice_ids),
    )
    return (Invoice(number, row[0], row[1]) for number, row in enumerate(rows))


def _deal(world: World, known: Iterator[Invoice], changes: int) -> list[Callable[[], object]]:
    """Every change, those of a kind spread evenly over the whole."""
    dealt: list[tuple[float, Callable[[], object]]] = []
    for kind in KINDS:
        several = kind.count(changes)
        invoices = map(Invoice, range(several)) if kind.is_new else islice(known, several)
        dealt += [(n / several, partial(kind.act, world, each)) for n, each in enumerate(invoices)]
    return [act for _, act in sorted(dealt, key=lambda each: each[0])]


def _is_shown(document: dict[str, Any]) -> bool:
    return document["reference"] == SAID or document["status"] in ("paid", "cancelled")


def prepare_naively(naive: NaiveClient, changes: int) -> list[str]:
    """Invoices of a client that makes one call per thing: one for each that it pays, and for each that it voids."""
    needed = PAID_IN_APP.count(changes) + VOIDED_IN_APP.count(changes)
    return [naive.create_invoice(naive.customer) for _ in range(needed)]


def play_naively(naive: NaiveClient, mine: Sequence[str], changes: int) -> None:
    """The same by one call for each, and one for each new customer."""
    for _ in range(CREATED_IN_APP.count(changes) // INVOICES_OF_A_CUSTOMER):
        naive.create_contact()
    for kind in KINDS:
        # What is paid cannot be voided: those are at the other end.
        invoices = mine[::-1] if kind is VOIDED_IN_APP else mine
        for number in range(kind.count(changes) * kind.edits):
            kind.naive(naive, invoices[number % len(invoices)])
