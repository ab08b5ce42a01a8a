"""What must be known of one thing, to say why it is not in step. Gathered with a few queries, whatever the thing is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.connections.connection import Connection
from app.domain.contacts.contact_link import ContactLink, ContactPlan
from app.domain.holds.hold import Hold, Way
from app.domain.invoices.link import InvoiceLink, Standing, State
from app.domain.invoices.preview import Preview
from app.domain.record.owed import PartnerChange


@dataclass(frozen=True, slots=True)
class LastAttempt:
    """What was tried on Xero last, and what came of it; `message` has Xero's words where it refused."""

    action: str
    outcome: str
    message: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class LastChange:
    """What the partner's side was sent last; `answer` is what its app said, None where it has not answered."""

    state: str
    revision: int
    attempts: int
    answer: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """One invoice: its link as it was recorded, and the preview of what the loop would do now.

    `is_behind`: something was triggered since it was recorded. `preview` is None while no organisation is known.
    `total` is what the merged record comes to, None where that is not known. `address` is that of the connection.
    """

    now: datetime
    address: str
    connection: Connection
    link: InvoiceLink
    is_behind: bool
    preview: Preview | None
    contact: ContactLink | None
    attempt: LastAttempt | None
    change: LastChange | None
    total: str | None


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """One contact: its link, the plan for it as it would be now, and the change that the partner's side needs."""

    now: datetime
    address: str
    connection: Connection
    link: ContactLink
    is_behind: bool
    plan: ContactPlan
    next_change: PartnerChange | None
    attempt: LastAttempt | None
    change: LastChange | None


def held_of(standing: Standing) -> Hold | None:
    """The hold that a recorded standing stands for."""
    if standing.state is not State.HELD or standing.code is None:
        return None
    message = standing.message or standing.code
    return Hold(standing.code, message, standing.cure or "", standing.way or Way.PERSON, standing.held_by)


def places(address: str, thing: str) -> Mapping[str, str]:
    """What the places in a reason's call stand for."""
    return {"connection": address, "thing": thing}
