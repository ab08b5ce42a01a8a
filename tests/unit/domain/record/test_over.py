"""What both sides hold as over is over; as long as one of them does not, or it is open, the record stands."""

from dataclasses import replace

import pytest

from app.domain.record.fields import ABSENT
from app.domain.record.hub import Hub
from app.domain.record.over import over_on_both

OVER = {"status": "cancelled"}
SENT = {"status": "sent"}
HUB = Hub(SENT, OVER, OVER, revision=3)


def test_what_both_sides_hold_as_over_is_over() -> None:
    """The record follows, under a revision of its own; what is over already stays as it is."""
    over = over_on_both(HUB)
    assert (over.record, over.revision) == (OVER, 4)
    assert over_on_both(over) is over


def test_a_change_that_the_app_has_taken_counts() -> None:
    """Its newest document is older than that."""
    hub = replace(HUB, partner_shadow=SENT, sent={4: {"status": ("sent", "cancelled")}})
    assert over_on_both(hub) is hub
    assert over_on_both(replace(hub, acked_revision=4)).record == OVER


@pytest.mark.parametrize(
    "hub",
    [
        replace(HUB, xero_shadow=SENT),
        replace(HUB, partner_shadow=SENT),
        replace(HUB, open_conflicts=frozenset({"status"})),
        replace(HUB, partner_apart={"status": "sent"}),
        replace(HUB, xero_apart={"status": ABSENT}),
    ],
    ids=["not in Xero", "not in the app", "open", "apart in the app", "apart in Xero"],
)
def test_what_is_not_over_on_both_or_is_open_stands(hub: Hub) -> None:
    """A side that is not over may be edited, and what is open is a person's to decide."""
    assert over_on_both(hub) is hub
