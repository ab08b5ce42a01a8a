"""What an invoice comes to as the partner's app holds it, and how old our knowledge of the app is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.domain.partner_knowledge import PartnerKnowledge, Source, find_knowledge
from app.domain.partner_total import PartnerHolding, total_held
from tests.unit.domain.documents import DOCUMENT
from tests.unit.domain.samples import ORGANISATION, VOCABULARY

RATES = ORGANISATION.rates()
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def document(**changes: Any) -> dict[str, Any]:
    """The sample's document with these members replaced."""
    return {**DOCUMENT, **changes}


def held(body: dict[str, Any] | None, **more: Any) -> PartnerHolding:
    """What is known of an invoice whose document is this one, in version 3."""
    known = {"acked_version": 0, "partner_shadow": {}, "record": {}, "is_settled": True}
    return PartnerHolding(document=body, document_version=3 if body else 0, **(known | more))


@pytest.mark.parametrize(
    ("changes", "total"),
    [
        ({"total": "1100.00"}, "1100.00"),
        ({"total": None}, "1100.00"),
        ({"total": None, "amounts_are": "tax_exclusive"}, "1210.00"),
        ({"total": None, "amounts_are": "no_tax", "lines": DOCUMENT["lines"][:1]}, "880.00"),
        (
            {
                "total": None,
                "amounts_are": "tax_exclusive",
                "lines": [DOCUMENT["lines"][0] | {"tax": "wine"}],
            },
            None,
        ),
    ],
)
def test_a_document_comes_to_what_it_says_or_to_its_lines(changes: dict[str, Any], total: str | None) -> None:
    """A tax that is not mapped leaves the sum unknown, and nothing is compared."""
    found = total_held(held(document(**changes)), VOCABULARY, RATES)
    assert found == (None if total is None else Decimal(total))


def test_without_an_organisation_only_amounts_with_tax_are_known() -> None:
    """What tax there is on a line is the organisation's to say."""
    assert total_held(held(document(total=None)), None, {}) == Decimal("1100.00")
    assert total_held(held(document(total=None, amounts_are="tax_exclusive")), None, {}) is None


def test_after_the_app_took_our_changes_it_holds_its_shadow() -> None:
    """Its own document is older by then; while something is under way nothing is known for sure."""
    shadow = {
        "currency": "AUD",
        "amounts_are": "tax_exclusive",
        "lines/l1/quantity": "2",
        "lines/l1/unit_price": "50",
        "lines/l1/tax": "gst",
    }
    holding = held(
        document(),
        acked_version=4,
        partner_shadow=shadow,
        record={"lines/l1/tax_type": "OUTPUT", "currency": "AUD"},
    )
    assert (holding.version, holding.currency) == (4, "AUD")
    assert total_held(holding, None, RATES) == Decimal("110.00")
    assert total_held(replace(holding, is_settled=False), None, RATES) is None


@pytest.mark.parametrize(
    ("read", "manifest", "documented", "known"),
    [
        (None, None, None, None),
        (None, None, 1, (1, Source.DOCUMENT)),
        (None, 2, 1, (2, Source.MANIFEST)),
        (None, 1, 2, (1, Source.MANIFEST)),
        (3, 2, 1, (3, Source.READ)),
        (2, 3, 4, (3, Source.MANIFEST)),
    ],
)
def test_knowledge_is_as_old_as_the_last_time_the_app_told_all(
    read: int | None, manifest: int | None, documented: int | None, known: tuple[int, Source] | None
) -> None:
    """A document says only that the app was heard; so it counts where neither of the others is used."""

    def at(days: int | None) -> datetime | None:
        return None if days is None else NOW + timedelta(days=days)

    expected = None if known is None else PartnerKnowledge(NOW + timedelta(days=known[0]), known[1])
    assert find_knowledge(at(read), at(manifest), at(documented)) == expected
