"""Two sides that keep undoing each other are noticed at the third round and held.

Every write of ours is kept as an attempt with its moves. The same move of the same field made twice already within
`REMEMBERED` means that somebody, most likely a program at one of the sides, sets it back each time: a third write would
only feed it, at a call a round. What Xero refused was never made, and nobody set it back.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from app.db.findings.attempts import recent_moves
from app.domain.holds.hold import Hold
from app.domain.partner.change import moves_to_json
from app.domain.record.moves import Move
from app.reconcile.round import Round

REMEMBERED = timedelta(hours=1)
ROUNDS_ALLOWED = 2


async def find_oscillating(current: Round, moves: Mapping[UUID, Mapping[str, Move]]) -> dict[UUID, Hold]:
    """The links among these whose moves were made so often that they are held, each with its reason."""
    if not moves:
        return {}
    since = current.clock.now() - REMEMBERED
    async with current.database.reading_bare() as driver:
        made = await recent_moves(driver, list(moves), since)
    found: dict[UUID, Hold] = {}
    for link_id, wanted in moves.items():
        paths = [
            path
            for path, move in moves_to_json(wanted).items()
            if move.get("before") != move.get("after")
            and sum(earlier.get(path) == move for earlier in made.get(link_id, ())) >= ROUNDS_ALLOWED
        ]
        if paths:
            found[link_id] = _hold(paths)
    return found


def _hold(paths: Sequence[str]) -> Hold:
    return Hold(
        "oscillation",
        f"The sides keep undoing each other at {', '.join(paths)}: the same was written to Xero twice in an hour.",
        "Find what sets it back, an automation in the app or in Xero; after an hour, any edit goes through again.",
    )
