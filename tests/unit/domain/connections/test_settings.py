"""A connection's settings: kept as JSON, read as a value, turned into rules."""

import json
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.connections.account_map import UnmappedCategory
from app.domain.connections.schedule import Mode, Weekday
from app.domain.connections.settings import ConnectionSettings, ItemSync
from app.domain.contacts.contact_matching import ContactKey, in_order
from app.domain.crossing.gate import ImportFromXero
from app.domain.crossing.numbering import Numbering
from app.domain.record.direction import OPEN, Direction
from app.domain.record.item_code import UnknownItem
from app.domain.record.policy import ConflictPolicy
from app.domain.record.sides import Side
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
    item_accounts=MAPS,
    unmapped_category=st.sampled_from(UnmappedCategory),
    expense_taxes=MAPS,
    contact_matching=st.sets(st.sampled_from(ContactKey)).map(in_order),
    conflict_policies=st.dictionaries(WORDS, st.sampled_from(ConflictPolicy), max_size=2),
    directions=st.dictionaries(WORDS, st.sampled_from(Direction), max_size=2),
    field_directions=st.dictionaries(WORDS, st.sampled_from(Direction), max_size=2),
    mode=st.sampled_from(Mode),
    at=st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    weekday=st.sampled_from(Weekday),
    time_zone=st.none() | WORDS,
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
    """The newest wins, only sent invoices come in, all travels at once, nothing is mapped or made in Xero unasked."""
    unbounded = dict.fromkeys(
        ("payment_account_id", "branding_theme_id", "due_days", "credit_note_account_id", "prepayment_account_id",
         "contact_account_number", "fallback_item", "sync_from", "time_zone")
    )  # fmt: skip
    maps = (
        "revenue_accounts", "taxes", "payment_accounts", "tracking", "contact_groups", "item_accounts",
        "expense_taxes", "conflict_policies", "directions", "field_directions",
    )  # fmt: skip
    unmapped: dict[str, Any] = {name: {} for name in maps}
    assert ConnectionSettings().to_json() == {
        **unbounded,
        **unmapped,
        "conflict_policy": "newest_wins",
        "import_from_xero": "sent",
        "numbering": "partner",
        "overpayments": "hold",
        "items": "off",
        "unknown_item": "description_only",
        "unmapped_category": "hold",
        "contact_matching": ["account_number", "name_and_email", "name"],
        "mode": "real_time",
        "at": "00:00",
        "weekday": "monday",
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
    assert rules.lanes is OPEN


def test_items_and_expenses_have_maps_of_their_own() -> None:
    """Item codes are compared folded; which accounts are of expenses is asked only where their taxes differ."""
    settings = ConnectionSettings(
        item_accounts={"TAP": "id-210", "gone": "id-999"},
        taxes={"gst": "OUTPUT"},
        unmapped_category=UnmappedCategory.GENERAL,
    )
    vocabulary = settings.vocabulary(ORGANISATION)
    assert dict(vocabulary.item_accounts) == {"tap": "210"}
    assert (vocabulary.falls_to_general, vocabulary.expense_accounts) == (True, frozenset())
    with_taxes = replace(settings, expense_taxes={"gst": "INPUT"}).vocabulary(ORGANISATION)
    assert with_taxes.expense_accounts == {"400"}


def test_what_decided_a_conflict_is_known() -> None:
    """The closest policy, or the direction where a field travels one way alone (N1)."""
    settings = ConnectionSettings(
        conflict_policy=ConflictPolicy.HOLD,
        conflict_policies={"lines": ConflictPolicy.XERO_WINS},
        field_directions={"reference": Direction.TO_XERO},
    )
    assert settings.find_decider("due_on") == ("hold", None)
    assert settings.find_decider("lines/l1/unit_price") == ("xero_wins", "lines")
    assert settings.find_decider("reference") == ("to_xero", "reference")


def test_a_schedule_is_kept_in_the_zone_of_the_country() -> None:
    """Unless another is chosen; UTC where the country has no one zone, or none is known."""
    daily = ConnectionSettings(mode=Mode.DAILY)
    zones = [daily.schedule(country).zone for country in ("AU", "NZ", "GB", "US", None)]
    assert zones == ["Australia/Sydney", "Pacific/Auckland", "Europe/London", "UTC", "UTC"]
    assert replace(daily, time_zone="Australia/Perth").schedule("AU").zone == "Australia/Perth"
