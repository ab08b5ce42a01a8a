"""What stands against saying that both sides are equal: in counts, each with the list that shows it."""

from collections.abc import Mapping

from pydantic import BaseModel, Field

from app.db.findings.conflicts import ConflictState
from app.db.invoices.agreement import Standings
from app.domain.connections.connection import Connection
from app.domain.findings.discrepancy import DiscrepancyKind, DiscrepancyState


class Doubt(BaseModel):
    """One reason why they cannot be said to be equal."""

    code: str
    count: int
    message: str
    list: str | None = Field(description="The call that lists them.")


def list_doubts(
    connection: Connection,
    invoices: Standings,
    contacts: Standings,
    conflicts: Mapping[ConflictState, int],
    discrepancies: Mapping[tuple[str, str], int],
    *,
    events: int,
    unequal: int,
) -> list[Doubt]:
    """Everything that stands against it; empty when the last compare's instant may be named."""
    path = f"/v1/connections/{connection.id}"
    run = connection.compared
    is_compared = run is not None and run.began_at is not None
    found = [
        ("never_compared", int(not is_compared), "No full compare has been done yet.", None),
        ("invoices_behind", invoices.behind, "Invoices on which work is due.", f"{path}/invoices?state=behind"),
        ("invoices_held", invoices.held, "Invoices that wait for a cause to be lifted.", f"{path}/invoices?state=held"),
        ("contacts_behind", contacts.behind, "Contacts on which work is due.", f"{path}/contacts?state=behind"),
        ("contacts_held", contacts.held, "Contacts that wait for a cause to be lifted.", f"{path}/contacts?state=held"),
        ("invoices_apart", invoices.apart, "Invoices of which each side keeps something of its own, by the settings.",
         None),
        ("contacts_apart", contacts.apart, "Contacts of which each side keeps something of its own, by the settings.",
         None),
        ("events_waiting", events, "Events of Xero that nobody has followed yet.", None),
        ("conflicts_held", conflicts[ConflictState.HELD], "Conflicts that wait for a person.",
         f"{path}/conflicts?state=held"),
        ("conflicts_ignored", conflicts[ConflictState.IGNORED], "Conflicts that a person left as they are.",
         f"{path}/conflicts?state=ignored"),
        ("discrepancies_open", _count(discrepancies, DiscrepancyState.OPEN), "Differences to look at.",
         f"{path}/discrepancies?state=open"),
        ("discrepancies_ignored", _count(discrepancies, DiscrepancyState.IGNORED),
         "Differences that a person left as they are.", f"{path}/discrepancies?state=ignored"),
        ("totals_differ", unequal, "Currencies in which the two sides' totals are not the same.", None),
    ]  # fmt: skip
    return [
        Doubt(code=code, count=count, message=message, list=link and f"GET {link}")
        for code, count, message, link in found
        if count
    ]


def _count(discrepancies: Mapping[tuple[str, str], int], state: DiscrepancyState) -> int:
    """Those that are differences now; that an edit may once have been overwritten is no difference."""
    return sum(
        number
        for (kind, which), number in discrepancies.items()
        if which == state.value and kind != DiscrepancyKind.OVERWRITTEN_IN_XERO.value
    )
