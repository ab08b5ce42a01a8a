"""What waits on a connection, in one statement: the ground on which a round is chosen, and which stages have work.

Whatever comes after it was asked raises the connection's generation, so that a later round sees it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    DateTime,
    ScalarSelect,
    Select,
    Uuid,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from app.db.contacts.contact_links import is_unfinished_contact
from app.db.exports.export_runs import is_workable
from app.db.invoices.invoice_links import is_unfinished
from app.db.postgres.lent import LentConnection
from app.db.postgres.straight import ask_alone
from app.db.tables import (
    ContactLinkRow,
    ExportRow,
    InvoiceLinkRow,
    ItemLinkRow,
    ItemListRow,
    ResolutionRow,
    XeroEventRow,
)
from app.domain.connections.connection import Connection
from app.domain.connections.precedence import FEW, Waiting
from app.domain.connections.settings import ItemSync


@dataclass(frozen=True, slots=True)
class Agenda:
    """What waits, and which stages of a round would find something: those of which it is False have nothing to ask."""

    waiting: Waiting
    has_creates: bool
    has_contact_creates: bool
    has_contacts: bool
    has_events: bool
    has_exports: bool
    has_decisions: bool
    items_read_at: datetime | None
    """When the list of Xero's items was read whole; None where none is kept."""

    @property
    def is_events_alone(self) -> bool:
        """Whether there is nothing to do but to follow events."""
        has_others = self.has_creates or self.has_contact_creates or self.has_exports
        return not (has_others or self.waiting.links or self.waiting.is_sweep_due)


async def read_agenda(driver: LentConnection, connection: Connection, lately: datetime) -> Agenda:
    """Links behind, products too; links touched since `lately`; invoices of which events tell more than we hold."""
    asked = {"of_connection": connection.id, "lately": lately}
    [found] = await ask_alone(driver, _AGENDA, asked)
    return Agenda(
        _weigh(found, connection),
        has_creates=found.creates,
        has_contact_creates=found.contact_creates,
        has_contacts=found.contacts > 0,
        has_events=found.has_events,
        has_exports=found.exports,
        has_decisions=found.decisions,
        items_read_at=found.items_read_at,
    )


def _weigh(found: Any, connection: Connection) -> Waiting:
    products = found.products if connection.settings.items is ItemSync.ON else 0
    return Waiting(
        # An invoice brings its contact along: the two of them are one piece of work.
        max(found.links, found.contacts) + products,
        max(found.touched_links, found.touched_contacts),
        found.touched,
        found.news,
        connection.sweep_due or connection.compare_due or found.exports,
        connection.is_sweep_asked,
    )


_CONNECTION = bindparam("of_connection", type_=Uuid)
_LATELY = bindparam("lately", type_=DateTime(timezone=True))


def _count_behind(row: type[InvoiceLinkRow] | type[ContactLinkRow], name: str) -> Any:
    """How many links are behind, and how many of them were touched lately."""
    counts = func.count().label("behind"), func.count().filter(row.touched_at > _LATELY).label("touched")
    return (
        select(*counts)
        .where(row.connection_id == _CONNECTION, row.generation > row.settled_generation)
        .subquery(name)
    )


def _count_products_behind() -> ScalarSelect[int]:
    row = ItemLinkRow
    behind = select(func.count()).where(
        row.connection_id == _CONNECTION, row.generation > row.settled_generation
    )
    return behind.scalar_subquery()


def _count_touched() -> ScalarSelect[int]:
    """One more than a few says all there is to say."""
    link = InvoiceLinkRow
    touched = select(link.id).where(link.connection_id == _CONNECTION, link.touched_at > _LATELY)
    return select(func.count()).select_from(touched.limit(FEW + 1).subquery()).scalar_subquery()


def _count_news() -> ScalarSelect[int]:
    """An echo of our own write is no news, however many of them an export brings."""
    link, event = InvoiceLinkRow, XeroEventRow
    is_its_link = and_(link.connection_id == event.connection_id, link.xero_invoice_id == event.resource_id)
    is_newer = or_(
        link.xero_updated_at.is_(None),
        event.dated_at.is_(None),
        event.dated_at > link.xero_updated_at,
        event.replayed_at.is_not(None),
    )
    return (
        select(func.count(event.resource_id.distinct()))
        .outerjoin(link, is_its_link)
        .where(
            event.connection_id == _CONNECTION,
            event.taken_at.is_(None),
            event.category == "INVOICE",
            or_(link.id.is_(None), is_newer),
        )
        .scalar_subquery()
    )


def _build_agenda() -> Select[Any]:
    links, contacts = _count_behind(InvoiceLinkRow, "links"), _count_behind(ContactLinkRow, "contacts")
    link, contact, event, export = InvoiceLinkRow, ContactLinkRow, XeroEventRow, ExportRow
    items, decision = ItemListRow, ResolutionRow
    return select(
        links.c.behind.label("links"),
        links.c.touched.label("touched_links"),
        contacts.c.behind.label("contacts"),
        contacts.c.touched.label("touched_contacts"),
        _count_products_behind().label("products"),
        _count_touched().label("touched"),
        _count_news().label("news"),
        exists().where(link.connection_id == _CONNECTION, is_unfinished()).label("creates"),
        exists()
        .where(contact.connection_id == _CONNECTION, is_unfinished_contact())
        .label("contact_creates"),
        exists().where(event.connection_id == _CONNECTION, event.taken_at.is_(None)).label("has_events"),
        exists().where(export.connection_id == _CONNECTION, is_workable()).label("exports"),
        # Written out, as the index has it.
        exists()
        .where(decision.connection_id == _CONNECTION, decision.state == literal_column("'waiting'"))
        .label("decisions"),
        select(items.fetched_at)
        .where(items.connection_id == _CONNECTION)
        .scalar_subquery()
        .label("items_read_at"),
    ).select_from(links.join(contacts, contacts.c.behind >= 0))


_AGENDA = _build_agenda()
