"""What a document of the app does not say and the connection works out: its invoice's total, and the day it came on."""

from datetime import datetime
from decimal import Decimal

from app.domain.connections.connection import Connection
from app.domain.partner.document import TotalOf
from app.domain.partner.partner_side import Reckoning
from app.domain.record.coupling import refresh_unmapped
from app.domain.record.fields import Fields
from app.domain.record.money import cents, covered, totals
from app.domain.record.sides import Status


def build_reckoning(connection: Connection) -> Reckoning:
    """The connection's way to work these out; its maps are looked up once, for any number of documents."""

    def day_of(at: datetime) -> str:
        return connection.find_day(at).isoformat()

    return Reckoning(_build_total_of(connection), day_of)


def _build_total_of(connection: Connection) -> TotalOf:
    organisation = connection.organisation
    if organisation is None:
        return lambda _: None
    vocabulary, rates = connection.settings.vocabulary(organisation), organisation.rates()

    def total_of(fields: Fields) -> Decimal | None:
        found = totals(refresh_unmapped(fields, vocabulary), rates) if fields else None
        return found.total if found else None

    return total_of


def find_amount_due(fields: Fields, total: Decimal | None) -> Decimal | None:
    """What payments and credits leave of a total; nothing is due on a cancelled invoice."""
    if fields.get("status") == Status.CANCELLED:
        return Decimal("0.00")
    return None if total is None else max(Decimal("0.00"), cents(total) - covered(fields))
