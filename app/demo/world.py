"""The three parties of the story with their addresses, and the questions that every step asks about them.

`look` is what all three show of an invoice at one moment; `agree` waits until they show what they should and
Plumbline calls the invoice settled; `watch` tells what moved on either side while something was done.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from app.demo.failures import StepFailed
from app.demo.organisation import Organisation
from app.demo.partner_app import PartnerApp
from app.demo.plumbline import Plumbline
from app.demo.processes import Children
from app.demo.sides import (
    PARTNER,
    XERO,
    Movement,
    View,
    list_differences,
    list_missing,
    list_movements,
    view_document,
    view_xero_invoice,
)
from app.demo.waiting import wait_for

Json = dict[str, Any]

AGREE_SECONDS = 30.0


@dataclass(frozen=True)
class Sight:
    """One invoice as everybody shows it."""

    document: Json | None
    """The partner's app's document."""
    xero_invoice: Json | None
    """Xero's invoice, if Plumbline knows its id."""
    resource: Json | None
    """Plumbline's own account of it."""

    @property
    def partner(self) -> View:
        """The partner's side in words."""
        return view_document(self.document)

    @property
    def xero(self) -> View:
        """Xero's side in words."""
        return view_xero_invoice(self.xero_invoice)

    @property
    def is_settled(self) -> bool:
        """Whether Plumbline calls it settled; a reason may say why nothing had to be done."""
        return self.resource is not None and self.resource["state"] == "settled"

    @property
    def standing(self) -> str:
        """What Plumbline calls it, with its reason, as a person reads it."""
        if self.resource is None:
            return "that it does not know it"
        state, reason = self.resource["state"], self.resource["reason"]
        return f"{state} ({reason['code']}: {reason['message']})" if reason else state


@dataclass
class World:
    """Who is there, and what the story has made so far."""

    plumbline: Plumbline
    xero: Organisation
    partner: PartnerApp
    children: Children
    introduction: Json = field(default_factory=dict)
    """What the partner's app was told of Plumbline."""

    def look(self, invoice_id: str) -> Sight:
        """What all three show now. Raises ProcessDied where nothing can change any more."""
        self.children.check()
        resource = self.plumbline.find_invoice(invoice_id)
        known = (resource or {}).get("xero")
        xero_invoice = self.xero.find_invoice(known["xero_invoice_id"]) if known else None
        return Sight(self.partner.find(invoice_id), xero_invoice, resource)

    def agree(
        self, invoice_id: str, both: View | None = None, partner: View | None = None, xero: View | None = None
    ) -> Sight:
        """Wait until both sides are equal, show what is wanted of them, and are settled. Raises StepFailed."""
        wanted = both or {}

        def list_faults(sight: Sight) -> list[str]:
            faults = list_differences(sight.partner, sight.xero)
            faults += list_missing("the app", sight.partner, wanted | (partner or {}))
            faults += list_missing("Xero", sight.xero, wanted | (xero or {}))
            return faults or ([] if sight.is_settled else [f"Plumbline says {sight.standing}"])

        def say(sight: Sight) -> str:
            return f"{invoice_id}: {'; '.join(list_faults(sight))}; Plumbline says {sight.standing}"

        return wait_for(
            lambda: self.look(invoice_id), lambda sight: not list_faults(sight), say, seconds=AGREE_SECONDS
        )

    def get_xero_id(self, invoice_id: str) -> str:
        """Xero's id of an invoice, as Plumbline tells it. Raises StepFailed if it tells none."""
        resource = self.plumbline.find_invoice(invoice_id)
        if resource is None or resource["xero"] is None:
            raise StepFailed(f"Plumbline knows no Xero invoice of {invoice_id}")
        found: str = resource["xero"]["xero_invoice_id"]
        return found

    def open_sent(self, invoice_id: str, **said: Any) -> None:
        """A small invoice that the customer has, equal on both sides before it returns."""
        lines = [{"id": "l1", "description": "Call-out", "unit_price": "100.00"}]
        number = invoice_id.replace("inv_", "JOB-")
        self.partner.open({"id": invoice_id, "number": number, "status": "sent", "lines": lines, **said})
        self.agree(invoice_id, xero={"status": "AUTHORISED"})

    def settle(self, invoice_id: str) -> Sight:
        """Wait until Plumbline calls the invoice settled, whatever it shows."""
        return wait_for(
            lambda: self.look(invoice_id),
            lambda sight: sight.is_settled,
            lambda sight: f"{invoice_id} should be settled, Plumbline says {sight.standing}",
            seconds=AGREE_SECONDS,
        )

    def settle_quietly(self, invoice_id: str) -> None:
        """As `settle`, asking nobody but Plumbline: for many at a time."""
        wait_for(
            lambda: self.plumbline.find_invoice(invoice_id),
            lambda resource: resource is not None and resource["state"] == "settled",
            lambda resource: f"{invoice_id} should be settled, Plumbline says {resource}",
            seconds=AGREE_SECONDS,
        )

    def drain(self, marker_id: str) -> None:
        """Wait until Plumbline has been through everything that it had heard of before now.

        One reconcile takes up all that is behind on a connection. A draft that comes last is settled no
        sooner than what came before it, and costs no call to Xero itself.
        """
        self.partner.open({"id": marker_id, "number": None, "status": "draft"})
        self.settle(marker_id)
        self.come_to_rest()

    def come_to_rest(self) -> None:
        """Wait until nothing is left to be done on the connection."""
        wait_for(
            self.plumbline.get_connection,
            lambda connection: not connection["is_behind"],
            lambda connection: f"the connection is still behind: {connection}",
        )

    def sweep(self) -> None:
        """Have Xero searched for what no webhook told of; returns when that is done."""
        before = self.plumbline.get_connection()["swept_at"]
        self.plumbline.sweep()
        wait_for(
            self.plumbline.get_connection,
            lambda connection: connection["swept_at"] not in (None, before),
            lambda connection: f"the sweep is not done: {connection}",
        )

    @contextmanager
    def watch(self, *invoice_ids: str) -> Iterator[list[Movement]]:
        """A list that holds, once the block is done, what moved on either side during it."""
        before = [self.look(invoice_id) for invoice_id in invoice_ids]
        movements: list[Movement] = []
        yield movements
        for then, invoice_id in zip(before, invoice_ids, strict=True):
            now = self.look(invoice_id)
            name = f", {invoice_id}" if len(invoice_ids) > 1 else ""
            movements += list_movements(PARTNER + name, then.partner, now.partner)
            movements += list_movements(XERO + name, then.xero, now.xero)
