"""What is told of agreement: how far the full compare is, what it came to, both sides' totals, and every doubt."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.api.findings.doubts import Doubt, list_doubts
from app.db.connections.compares import count_uncompared
from app.db.findings.conflicts import count_open_conflicts
from app.db.findings.discrepancies import count_discrepancies
from app.db.inboxes.event_feed import count_waiting_events
from app.db.invoices.agreement import (
    Standings,
    count_contact_standings,
    count_invoice_standings,
    find_manifest_at,
)
from app.db.invoices.sums import Total, find_partner_known_at, list_totals
from app.db.postgres.session import ReadSession
from app.domain.connections.connection import Connection
from app.domain.invoices.sums import SideSum

_SUMS = {"invoiced": "2127.50", "paid": "500.00", "credited": "0.00", "due": "1627.50"}
_EXAMPLE: dict[str, Any] = {
    "state": "done",
    "equal_as_of": "2026-11-20T02:00:00Z",
    "against": [],
    "last": {
        "began_at": "2026-11-20T02:00:00Z",
        "finished_at": "2026-11-20T02:00:04Z",
        "invoices": 1,
        "calls": 1,
        "differing": 0,
    },
    "under_way": None,
    "invoices": {"linked": 1, "behind": 0, "held": 0},
    "contacts": {"linked": 1, "behind": 0, "held": 0},
    "contacts_swept_at": "2026-11-20T03:45:00Z",
    "totals": [
        {
            "currency": "AUD",
            "invoices": 1,
            "partner": _SUMS,
            "xero": _SUMS,
            "difference": dict.fromkeys(_SUMS, "0.00"),
            "unknown_to_partner": 0,
            "unknown_to_xero": 0,
        }
    ],
    "partner_known_at": "2026-11-20T03:15:00Z",
}


class LastCompare(BaseModel):
    """The last full compare that was done: every linked invoice was read in Xero and set against what is known."""

    began_at: datetime | None = Field(
        description="What Xero held at this instant is known; null: from before it was kept."
    )
    finished_at: datetime
    invoices: int
    calls: int = Field(description="The calls to Xero that it took.")
    differing: int = Field(description="How many differed, and were brought into step.")


class CompareUnderWay(BaseModel):
    """A compare that is not done yet: how far it is."""

    began_at: datetime | None
    compared: int
    left: int


class Counts(BaseModel):
    """How many are in Xero, and how many of all are behind or held."""

    linked: int
    behind: int
    held: int


class SideTotals(BaseModel):
    """Money of all invoices on one side, with tax."""

    invoiced: str
    paid: str
    credited: str
    due: str


class CurrencyTotals(BaseModel):
    """All invoices of one currency, on both sides. Cancelled ones come to nothing; those at home are left out."""

    currency: str
    invoices: int
    partner: SideTotals = Field(description="What the app is known to show.")
    xero: SideTotals
    difference: SideTotals = Field(description="The app's less Xero's.")
    unknown_to_partner: int = Field(
        description="Invoices that the app does not show, or whose sum is not known."
    )
    unknown_to_xero: int = Field(description="Invoices that are not in Xero yet.")


class ComparisonReport(BaseModel):
    """Whether both sides agree, as of when, and to the cent."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    state: Literal["never", "waiting", "under_way", "done"] = Field(
        description="Of the full compare: `waiting` was asked for and not begun; `done` is the last one."
    )
    equal_as_of: datetime | None = Field(
        description="Everything that Xero held at this instant, and that the app had said by `partner_known_at`, is "
        "the same on both sides. Null while anything stands `against` it."
    )
    against: list[Doubt]
    last: LastCompare | None
    under_way: CompareUnderWay | None
    invoices: Counts
    contacts: Counts
    contacts_swept_at: datetime | None = Field(
        description="Contacts are not read by the compare: changes of theirs are searched for by the sweep."
    )
    totals: list[CurrencyTotals]
    partner_known_at: datetime | None = Field(
        description="When the app last said something: its newest document of an invoice, or its manifest."
    )


async def gather_report(session: ReadSession, connection: Connection) -> ComparisonReport:
    """What is known now; nobody is asked."""
    left = await count_uncompared(session, connection.id)
    invoices = await count_invoice_standings(session, connection.id)
    contacts = await count_contact_standings(session, connection.id)
    conflicts = await count_open_conflicts(session, connection.id)
    discrepancies = await count_discrepancies(session, connection.id)
    events = await count_waiting_events(session, connection.id)
    totals = await list_totals(session, connection.id)
    documents_at = await find_partner_known_at(session, connection.id)
    manifest_at = await find_manifest_at(session, connection.id)
    against = list_doubts(
        connection,
        invoices,
        contacts,
        conflicts,
        discrepancies,
        events=events,
        unequal=_count_unequal(totals),
    )
    last = _last(connection)
    return ComparisonReport(
        state=_state(connection),
        equal_as_of=last.began_at if last and not against else None,
        against=against,
        last=last,
        under_way=_under_way(connection, left),
        invoices=_counts(invoices),
        contacts=_counts(contacts),
        contacts_swept_at=connection.swept_at,
        totals=[_total(each) for each in totals],
        partner_known_at=max((at for at in (documents_at, manifest_at) if at), default=None),
    )


def _state(connection: Connection) -> Literal["never", "waiting", "under_way", "done"]:
    if connection.compare_run is not None:
        return "under_way"
    if connection.compare_due:
        return "waiting"
    return "done" if connection.compared_at else "never"


def _last(connection: Connection) -> LastCompare | None:
    run = connection.compared
    if run is None or connection.compared_at is None:
        return None
    return LastCompare(
        began_at=datetime.fromisoformat(run.began_at) if run.began_at else None,
        finished_at=connection.compared_at,
        invoices=run.invoices,
        calls=run.calls,
        differing=run.differing,
    )


def _under_way(connection: Connection, left: int) -> CompareUnderWay | None:
    run = connection.compare_run
    if run is None:
        return None
    began_at = datetime.fromisoformat(run.began_at) if run.began_at else None
    return CompareUnderWay(began_at=began_at, compared=max(0, run.listed - left), left=left)


def _counts(standings: Standings) -> Counts:
    return Counts(linked=standings.linked, behind=standings.behind, held=standings.held)


def _count_unequal(totals: list[Total]) -> int:
    """Currencies whose invoices come to different sums."""
    return sum((each.partner.total, each.partner.due) != (each.xero.total, each.xero.due) for each in totals)


def _total(total: Total) -> CurrencyTotals:
    partner, xero = total.partner, total.xero
    difference = SideSum(
        partner.total - xero.total,
        partner.paid - xero.paid,
        partner.credited - xero.credited,
        partner.due - xero.due,
    )
    return CurrencyTotals(
        currency=total.currency,
        invoices=total.invoices,
        partner=_side(partner),
        xero=_side(xero),
        difference=_side(difference),
        unknown_to_partner=total.unknown_to_partner,
        unknown_to_xero=total.unknown_to_xero,
    )


def _side(sums: SideSum) -> SideTotals:
    return SideTotals(
        invoiced=_text(sums.total), paid=_text(sums.paid), credited=_text(sums.credited), due=_text(sums.due)
    )


def _text(amount: Decimal) -> str:
    return f"{amount:.2f}"
