"""What a line names by code and by name is sent with the identities that these mean."""

from dataclasses import replace

from app.domain.xero.line_identities import with_identities
from app.domain.xero.organisation import TrackingCategory, TrackingOption
from app.domain.xero.xero_invoice import LineWrite
from tests.unit.domain.samples import ORGANISATION

TRACKED = replace(
    ORGANISATION,
    tracking_categories=(
        TrackingCategory("c", "Region", options=(TrackingOption("n", "North"), TrackingOption("s", "South"))),
        TrackingCategory("d", "Crew", options=(TrackingOption("a", "A"),)),
    ),
)


def test_an_account_is_known_by_its_code_or_by_its_id() -> None:
    """One that nobody knows has no id to send."""
    for said, meant in (("210", "id-210"), ("id-bank", "id-bank"), ("999", None), (None, None)):
        assert with_identities(LineWrite(None, {"account": said}), TRACKED).xero_account_id == meant


def test_tracking_is_sent_by_ids_where_all_of_it_is_known() -> None:
    """Xero takes two at most, and a line says all of it or none."""
    for words, ids in (
        ({"Region": "South", "Crew": "A"}, {"c": "s", "d": "a"}),
        ({"Region": "South", "Crew": "B"}, {}),
        (None, {}),
    ):
        assert with_identities(LineWrite(None, {"tracking": words}), TRACKED).tracking_ids == ids
