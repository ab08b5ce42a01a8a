"""A connection's settings: kept as JSON, read as a value, turned into rules."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.gate import ImportFromXero
from app.domain.item_code import UnknownItem
from app.domain.numbering import Numbering
from app.domain.policy import ConflictPolicy
from app.domain.settings import ConnectionSettings, ItemSync
from app.domain.sides import Side
from tests.unit.domain.samples import AT, ORGANISATION
from tests.unit.domain.strategies import properties

WORDS = st.text("abc:", max_size=3)
MAPS = st.dictionaries(WORDS, WORDS, max_size=2)
SETTINGS = st.builds(
    ConnectionSettings,
    revenue_accounts=MAPS,
    taxes=MAPS,
    payment_account_id=st.none() | WORDS,
    conflict_policy=st.sampled_from(ConflictPolicy),
    sync_from=st.none() | st.dates(),
    import_from_xero=st.sampled_from(ImportFromXero),
    numbering=st.sampled_from(Numbering),
    items=st.sampled_from(ItemSync),
    unknown_item=st.sampled_from(UnknownItem),
    fallback_item=st.none() | WORDS,
)


@properties
@given(settings=SETTINGS)
def test_settings_survive_their_keeping(settings: ConnectionSettings) -> None:
    """What was stored is what is read, through real JSON."""
    assert ConnectionSettings.from_json(json.loads(json.dumps(settings.to_json()))) == settings


@pytest.mark.parametrize("stored", [{}, {"revenue_accounts": None, "taxes": None, "sync_from": None}])
def test_what_was_never_stored_has_its_default(stored: dict[str, Any]) -> None:
    """An older row lacks newer settings."""
    assert ConnectionSettings.from_json(stored) == ConnectionSettings()


def test_defaults_are_the_careful_ones() -> None:
    """The newest wins, only sent invoices come in, nothing is bounded, mapped, or made in Xero unasked."""
    unbounded = dict.fromkeys(
        ("payment_account_id", "branding_theme_id", "due_days", "credit_note_account_id", "prepayment_account_id",
         "contact_account_number", "fallback_item", "sync_from")
    )  # fmt: skip
    unmapped: dict[str, Any] = {
        name: {} for name in ("revenue_accounts", "taxes", "payment_accounts", "tracking", "contact_groups")
    }
    assert ConnectionSettings().to_json() == {
        **unbounded,
        **unmapped,
        "conflict_policy": "newest_wins",
        "import_from_xero": "sent",
        "numbering": "partner",
        "overpayments": "hold",
        "items": "off",
        "unknown_item": "description_only",
    }
    assert ConnectionSettings(sync_from=date(2026, 7, 1)).to_json()["sync_from"] == "2026-07-01"


@pytest.mark.parametrize(
    "stored",
    [{"conflict_policy": "x"}, {"import_from_xero": "x"}, {"sync_from": "yesterday"}, {"unknown_item": "x"}],
)
def test_a_setting_that_means_nothing_is_an_error(stored: dict[str, str]) -> None:
    """Nothing is guessed about who wins."""
    with pytest.raises(ValueError, match=str(next(iter(stored.values())))):
        ConnectionSettings.from_json(stored)


def test_accounts_are_chosen_by_id_and_spoken_of_by_code() -> None:
    """People edit codes (FACTS 5); what the organisation lacks, or what has no code, is left unmapped."""
    settings = ConnectionSettings(
        revenue_accounts={"general": "id-200", "labour": "210", "gone": "id-999", "bank": "id-bank"},
        taxes={"gst": "OUTPUT"},
    )
    vocabulary = settings.vocabulary(ORGANISATION)
    assert dict(vocabulary.accounts) == {"general": "200", "labour": "210"}
    assert dict(vocabulary.taxes) == {"gst": "OUTPUT"}


def test_the_rules_are_the_policy_and_the_maps() -> None:
    """What the merge needs to know of a connection."""
    settings = ConnectionSettings(taxes={"gst": "OUTPUT"}, conflict_policy=ConflictPolicy.PARTNER_WINS)
    rules = settings.rules(ORGANISATION)
    assert rules.winner_of(Side.XERO, AT, AT)("reference") is Side.PARTNER
    assert rules.vocabulary == settings.vocabulary(ORGANISATION)
