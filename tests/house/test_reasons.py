"""Every code that docs/states.md lists has its gate: whoever asks why is never left without an answer (FEATURES N7)."""

import pytest

from app.domain.why.reasons import REASONS
from tests.house.test_readme import STATES, list_rows

TABLES = ("Held, and why", "Behind, and why", "Settled, and yet not in Xero")


@pytest.mark.parametrize("title", TABLES)
def test_every_code_of_the_page_has_a_gate(title: str) -> None:
    """With a sentence, a cure, and the call that takes it where one does."""
    assert [code for code in list_rows(STATES, title) if code not in REASONS] == []


def test_no_reason_is_about_nothing() -> None:
    """Sentences and cures are whole, and calls have no places but those that are filled."""
    for code, reason in REASONS.items():
        assert reason.sentence.endswith("."), code
        assert reason.cure.endswith("."), code
        assert reason.call is None or reason.call.format(connection="c", thing="t"), code
