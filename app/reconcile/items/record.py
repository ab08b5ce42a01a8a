"""Record: put where products stand on disk, what Xero was seen to hold of them, and what that sets free."""

from collections.abc import Sequence

from app.db.findings.attempts import Attempt, insert_attempts
from app.db.items.item_links import save_item_links, trigger_items
from app.db.items.xero_items import save_xero_items
from app.db.links.holds import trigger_held
from app.db.links.moments import Moment, insert_moments
from app.domain.holds.refusals import DUPLICATE_ITEM_CODE
from app.domain.xero.xero_item import XeroItem
from app.reconcile.items.item_list import WANT_AN_ITEM
from app.reconcile.items.work import ItemWork
from app.reconcile.recording.bars import tell_bars
from app.reconcile.recording.moments import list_hold_moments
from app.reconcile.round import Round


async def record_items(current: Round, works: Sequence[ItemWork], made: Sequence[XeroItem] = ()) -> None:
    """Save the works with what was tried; `made` are the items that writes were answered with."""
    now, moments = current.clock.now(), list[Moment]()
    for work in works:
        before = work.standing
        work.stand()
        moments += list_hold_moments(work.link.id, before, work.standing, now)
    attempts = [each for work in works for each in work.attempts]
    left = {work.link.id for work in works if work.needs_update}
    async with current.lease.recording() as session:
        await save_item_links(session, [work.link for work in works], now, again=left)
        await insert_moments(session, current.connection_id, moments)
        await save_xero_items(session, current.connection_id, made)
        await insert_attempts(session, current.connection_id, attempts)
        if made:
            await trigger_held(session, current.connection_id, WANT_AN_ITEM)
        if any(_gave_up_a_code(each) for each in attempts):
            await trigger_items(session, current.connection_id, held_with=DUPLICATE_ITEM_CODE)
        await tell_bars(session, current.connection_id, works, now)
    for work in works:
        work.attempts.clear()


def _gave_up_a_code(attempt: Attempt) -> bool:
    """Whether another product may have the code now that the item had."""
    return (attempt.action, attempt.outcome) == ("update", "done") and "code" in attempt.moves
