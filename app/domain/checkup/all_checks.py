"""All checks in order, and whether a connection is ready by them."""

from collections.abc import Sequence

from app.domain.checkup.check import Check, CheckOutcome
from app.domain.checkup.choices import check_choices
from app.domain.checkup.consent import check_consent
from app.domain.checkup.facts import CheckFacts
from app.domain.checkup.shop import check_shop
from app.domain.checkup.traffic import check_traffic


def list_checks(facts: CheckFacts) -> list[Check]:
    """Every check, the connection's own first."""
    return [*check_consent(facts), *check_choices(facts), *check_shop(facts), *check_traffic(facts)]


def is_ready(checks: Sequence[Check]) -> bool:
    """Nothing failed: documents that are sent now reach Xero. Warnings keep nothing from it."""
    return not any(check.outcome is CheckOutcome.FAILED for check in checks)
