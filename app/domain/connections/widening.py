"""Whether other settings let invoices in that were passed over before. Pure.

What a sweep has looked at it does not look at again. So where the gate opens wider, everything that moved since the
connection was made is looked at once more; where it closes, what is linked stays.
"""

from app.domain.connections.settings import ConnectionSettings
from app.domain.crossing.gate import ImportFromXero
from app.domain.record.direction import Entity
from app.domain.record.sides import Side

_WIDTH = {ImportFromXero.OFF: 0, ImportFromXero.SENT: 1, ImportFromXero.AUTHORISED: 2}


def brings_more_in(before: ConnectionSettings, after: ConnectionSettings) -> bool:
    """Whether invoices born in Xero may reach the app that might not before."""
    width = _width(after)
    if width == 0:
        return False
    starts_earlier = before.sync_from is not None and (
        after.sync_from is None or after.sync_from < before.sync_from
    )
    return width > _width(before) or starts_earlier


def _width(settings: ConnectionSettings) -> int:
    comes = settings.lanes.takes(Side.PARTNER, Entity.INVOICES)
    return _WIDTH[settings.import_from_xero] if comes else 0
