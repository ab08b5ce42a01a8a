"""What is forgotten by its age, and what is not."""

from datetime import timedelta

import pytest

from app.clock import ManualClock, SystemClock
from app.db.life.business_data import ERASED, KEPT
from app.db.upkeep.pruning import RECORDS, RULES
from app.reconcile.timers import forgetting
from app.reconcile.timers.forgetting import Forgetting
from tests.integration.api.driver import build_settings, open_plumbline
from tests.integration.api.test_events import fill

AS_LONG_AS_THE_CONNECTION = {
    "attempts",
    "changes",
    "conflicts",
    "contact_links",
    "discrepancies",
    "invoice_links",
    "invoice_sums",
    "item_links",
    "item_lists",
    "moments",
    "partner_reads",
    "read_endpoints",
    "resolutions",
    "settings_versions",
    "shop_refusals",
    "shops",
    "uncompared_invoices",
    "unlisted_things",
    "xero_items",
}
"""The state of both sides and its history."""

BY_TIMERS_OF_THEIR_OWN = {"deliveries"}


def test_every_table_of_a_business_is_kept_for_a_time_that_somebody_chose() -> None:
    """One that is new, and would grow for ever, is found."""
    known = AS_LONG_AS_THE_CONNECTION | BY_TIMERS_OF_THEIR_OWN | {rule.name for rule in RULES}
    assert {str(table.__tablename__) for table in ERASED} - known == set()
    assert known & KEPT == set()


async def test_old_events_are_forgotten_in_batches_and_waiting_ones_stay(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After 90 days; an event that nobody looked at yet is work, and a notice that was not taken is owed."""
    monkeypatch.setattr(forgetting, "BATCH", 1)
    clock = ManualClock(SystemClock().now())
    async with open_plumbline(build_settings(database_url, redis_url)) as plumbline:
        forget = Forgetting(plumbline.database, clock)
        path = await fill(plumbline)
        await plumbline.http.post(f"{path}/pause")
        await plumbline.http.post(f"{path}/resume")
        await plumbline.execute("UPDATE xero_events SET received_at = now()")
        await plumbline.execute("UPDATE partner_events SET received_at = now()")
        clock.advance(timedelta(days=89))
        assert await forget.forget() == 1, "the consent that was begun and never given"
        clock.advance(timedelta(days=2))
        assert await forget.forget() == 5
        assert (await plumbline.count("xero_events"), await plumbline.count("partner_events")) == (1, 0)
        clock.advance(RECORDS)
        await plumbline.execute("UPDATE notices SET state = 'delivered' WHERE type = 'connection.paused'")
        told = await plumbline.count("notices")
        assert await forget.forget() == 1
        assert (await plumbline.count("notices"), await plumbline.count("xero_events")) == (told - 1, 1)
