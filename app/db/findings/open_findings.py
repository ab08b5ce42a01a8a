"""Whether anything waits of some links that people decide or have decided, asked in one statement."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import exists, or_, select

from app.db.findings.discrepancies import LEFT_OF_LINKS
from app.db.findings.resolutions import UNCARRIED_OF_LINKS
from app.db.postgres.session import ReadSession


class OpenFindings(NamedTuple):
    """Whether decisions wait that nobody has carried out, and whether discrepancies are left that are not resolved."""

    has_uncarried: bool
    has_left: bool


async def find_open(session: ReadSession, link_ids: Collection[UUID]) -> OpenFindings:
    """What `list_uncarried` and `list_left` would find anything of."""
    has_uncarried, has_left = (await session.execute(_OPEN, {"links": list(link_ids)})).one()
    return OpenFindings(has_uncarried, has_left)


_HAS_UNCARRIED, _HAS_LEFT = exists().where(UNCARRIED_OF_LINKS), exists().where(LEFT_OF_LINKS)
_OPEN = select(_HAS_UNCARRIED, _HAS_LEFT)

ANY_OPEN = or_(_HAS_UNCARRIED, _HAS_LEFT)
"""Whether there is either, of the links that a statement is given as `links`."""
