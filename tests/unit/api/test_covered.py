"""Which organisations a consent covers, by what Xero lists and by what the token says of itself."""

import pytest

from app.api.onboarding.consent import list_covered
from app.api.onboarding.consent_refusal import ConsentRefused
from app.clock import ManualClock
from app.xero.oauth import Grant, XeroConnection


def entry(tenant_id: str, event: str | None, *, is_organisation: bool = True) -> XeroConnection:
    """One entry of Xero's list."""
    return XeroConnection(f"c-{tenant_id}", tenant_id, f"Books {tenant_id}", is_organisation, event)


def grant(event: str | None) -> Grant:
    """A consent with that event id."""
    return Grant("a", "r", ManualClock().now(), (), "user", event)


@pytest.mark.parametrize(
    ("event", "tenants", "covered"),
    [
        ("e2", [entry("a", "e1"), entry("b", "e2")], ["b"]),
        ("e2", [entry("a", "e2"), entry("b", "e2")], ["a", "b"]),
        ("e3", [entry("a", "e1"), entry("b", "e2")], ["a", "b"]),
        (None, [entry("a", "e1"), entry("b", None)], ["a", "b"]),
        ("e2", [entry("a", "e1"), entry("p", "e2", is_organisation=False)], ["a"]),
    ],
    ids=[
        "one of two",
        "two of one consent",
        "authorised again",
        "no event id",
        "a practice is no organisation",
    ],
)
def test_a_consent_covers_what_carries_its_event_else_all(
    event: str | None, tenants: list[XeroConnection], covered: list[str]
) -> None:
    """An organisation that is authorised again keeps its first event id, so the narrow list may be empty (FACTS 1)."""
    assert [each.xero_tenant_id for each in list_covered(grant(event), tenants)] == covered


def test_a_consent_that_covers_no_organisation_is_refused() -> None:
    """A practice alone has no invoices (FACTS 1)."""
    with pytest.raises(ConsentRefused, match="no organisation"):
        list_covered(grant("e1"), [entry("p", "e1", is_organisation=False)])
