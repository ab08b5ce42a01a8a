"""What a manifest tells of differences, kept as discrepancies: a total that the app states otherwise, an invoice that
its whole list does not name. Each closes when the app says otherwise.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from app.db.delivery.manifests import Known, list_not_named
from app.db.findings.discrepancies import close_missing_at_partner, close_stated_totals, insert_discrepancies
from app.db.invoices.agreement import save_manifest_at
from app.db.postgres.session import WriteSession
from app.domain.findings.discrepancy import Found, find_missing_at_partner, find_stated_total


class Named(Protocol):
    """An invoice as a manifest names it."""

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def total(self) -> str | None: ...


async def keep_what_it_tells(
    session: WriteSession,
    connection_id: UUID,
    named: Sequence[Named],
    known: Sequence[Known],
    at: datetime,
    *,
    is_complete: bool,
) -> list[str]:
    """Keep the differences and close those that are over; answers the invoices whose total differs.

    The caller holds the connection's row.
    """
    await save_manifest_at(session, connection_id, at)
    await close_missing_at_partner(session, connection_id, [one.id for one in named], at)
    stated = {one.id: Decimal(one.total) for one in named if one.total is not None}
    comparable = [
        one for one in known if _is_held_as_stated(one, {each.id: each.version for each in named}, stated)
    ]
    differing = [one for one in comparable if stated[one.partner_invoice_id] != one.partner_total]
    await close_stated_totals(session, [one.link_id for one in comparable if one not in differing], at)
    found: list[tuple[UUID, Found]] = [
        (
            one.link_id,
            find_stated_total(
                stated[one.partner_invoice_id], one.partner_total or Decimal(0), one.xero_total, one.version
            ),
        )
        for one in differing
    ]
    if is_complete:
        missing = await list_not_named(session, connection_id, [one.id for one in named])
        found += [(link_id, find_missing_at_partner(version)) for link_id, version in missing]
    await insert_discrepancies(session, connection_id, found, at)
    return sorted(one.partner_invoice_id for one in differing)


def _is_held_as_stated(one: Known, versions: Mapping[str, int], stated: Mapping[str, Decimal]) -> bool:
    """Only the very version that is held can be set against it."""
    return (
        one.partner_invoice_id in stated
        and versions[one.partner_invoice_id] == one.version
        and one.partner_total is not None
    )
