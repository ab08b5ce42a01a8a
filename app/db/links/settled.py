"""Links that stand as they do by the settings: looked at again when other settings are chosen.

Whoever triggers has locked the connection's row.
"""

from uuid import UUID

from sqlalchemy import func, literal_column, select, update

from app.db.postgres.session import WriteSession
from app.db.tables import ChangeRow, ConnectionRow, ContactLinkRow, InvoiceLinkRow
from app.domain.crossing.left_out import KEPT_APART
from app.domain.invoices.link import State

BY_SETTINGS = ("before_sync_from", "invoices_stay_home", "contacts_stay_home", KEPT_APART)
"""The reasons that lie in the settings; the others lie in the thing itself."""


async def trigger_settled(session: WriteSession, connection_id: UUID) -> None:
    """Look again at every invoice and contact that is settled by the settings alone."""
    for row in (InvoiceLinkRow, ContactLinkRow):
        settled = update(row).where(
            row.connection_id == connection_id,
            row.state == State.SETTLED.value,
            row.reason_code.in_(BY_SETTINGS),
        )
        await session.execute(settled.values(generation=row.generation + 1))


async def trigger_waiting_changes(session: WriteSession, connection_id: UUID) -> None:
    """Look again at everything of which a change waits for the app; until then the change does not go out."""
    # Written out, as the index has it.
    waits = ChangeRow.connection_id == connection_id, ChangeRow.state == literal_column("'pending'")
    newest = select(func.max(ChangeRow.id)).where(*waits).scalar_subquery()
    for row in (InvoiceLinkRow, ContactLinkRow):
        waiting = row.id.in_(select(ChangeRow.link_id).where(*waits))
        await session.execute(update(row).where(waiting).values(generation=row.generation + 1))
    await session.execute(
        update(ConnectionRow).where(ConnectionRow.id == connection_id).values(changes_unjudged_to=newest)
    )
