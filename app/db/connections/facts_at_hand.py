"""Facts of organisations that a process has at hand: PostgreSQL is asked for those alone that it has not.

They are nearly all of a connection's row, some ten kilobytes for a common chart of accounts, and they are wanted with
every document and every look, while they change a few times a day. The database gives them another mark whenever they
are written; a statement is told which marks are at hand, and brings what has another. Facts without a mark were not
written since there are marks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, case, exists, func, literal, null, select, type_coerce

from app.db.connections.organisations import organisation_from_json
from app.db.postgres.built import whole_columns
from app.db.postgres.given import Types, bare, give, rows_given
from app.db.tables import ConnectionRow
from app.domain.xero.organisation import Organisation

MOST_AT_HAND = 5000
"""Organisations of one process: a hundred megabytes of it where there are so many with a chart of eighty accounts.
With more the first are read anew, and a document for one that was put away takes seven round trips in place of two.
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read of an organisation, and its mark then."""

    mark: UUID
    organisation: Organisation


_at_hand: dict[UUID, Facts] = {}
"""By connection."""

AtHand = Mapping[UUID, Facts]


def list_at_hand(connection_ids: Iterable[UUID]) -> AtHand:
    """Those of these connections, for a statement and what it finds: meanwhile others may be put away."""
    return {each: _at_hand[each] for each in connection_ids if each in _at_hand}


_UNMARKED = UUID(int=0)


def find_mark(connection_id: UUID, organisation: Organisation | None) -> UUID | None:
    """The mark of these facts; None where others are at hand by now."""
    facts = _at_hand.get(connection_id)
    if organisation is None:
        return _UNMARKED
    return facts.mark if facts is not None and facts.organisation is organisation else None


def mark_of(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The mark that a row has."""
    return func.coalesce(column, literal(_UNMARKED, Uuid))


_KNOWN: Types = {"id": Uuid, "mark": Uuid}
_PREFIX = "at_hand_"


def ask_beyond(at_hand: AtHand) -> dict[str, list[Any]]:
    """The parameters of a statement with `list_columns`."""
    rows = [{"id": connection_id, "mark": each.mark} for connection_id, each in at_hand.items()]
    return give(_KNOWN, rows, _PREFIX)


def list_columns() -> list[ColumnElement[Any]]:
    """The columns of a connection, without the facts that are at hand; `has_facts` says whether there are any."""
    table, known = bare(ConnectionRow).c, rows_given(_KNOWN, "at_hand", _PREFIX).c
    is_known = exists(select(known.id)).where(known.id == table.id, known.mark == mark_of(table.facts_mark))
    wanted = type_coerce(case((is_known, null()), else_=table.organisation), table.organisation.type)
    others = [each for each in whole_columns(ConnectionRow) if each.name != "organisation"]
    return [*others, wanted.label("organisation"), table.organisation.is_not(None).label("has_facts")]


def read_organisation(row: Any, at_hand: AtHand) -> Organisation | None:
    """That of a row of `list_columns`, at hand from now on; None where nothing is known of it."""
    if not row.has_facts:
        return None
    if row.organisation is None:
        return at_hand[row.id].organisation
    organisation = organisation_from_json(row.organisation)
    if row.id not in _at_hand and len(_at_hand) >= MOST_AT_HAND:
        del _at_hand[next(iter(_at_hand))]
    _at_hand[row.id] = Facts(row.facts_mark or _UNMARKED, organisation)
    return organisation
