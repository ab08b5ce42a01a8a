"""How settings are shown: what a business chose, by the names that a change uses, so that it can be sent back."""

from datetime import date
from typing import Any

from pydantic import ConfigDict, Field

from app.api.settings.accounts import AccountSettings, show_accounts
from app.api.settings.contacts import ContactSettings, show_contacts
from app.api.settings.credits import CreditSettings, show_credits
from app.api.settings.directions import DirectionSettings, show_directions
from app.api.settings.invoicing import InvoicingSettings, show_invoicing
from app.api.settings.items import ItemSettings, show_items
from app.api.settings.mappings import MappingProblem, build_problems
from app.api.settings.policies import PolicySettings, show_policies
from app.api.settings.schedule import ScheduleSettings, show_schedule
from app.domain.connections.connection import Connection, ConnectionState
from app.domain.connections.settings import ConnectionSettings
from app.domain.crossing.gate import ImportFromXero
from app.domain.crossing.numbering import Numbering

EXAMPLE: dict[str, Any] = {
    "revenue_accounts": {"general": "a2d9b2c4-8f3e-4d52-9a0f-3c1f6a7b8c90"},
    "item_accounts": {"TAP-15": "0c9a1b7e-6d2f-4a58-8e3b-5f4d7c6a9b10"},
    "unmapped_category": "hold",
    "taxes": {"gst": "OUTPUT", "none": "EXEMPTOUTPUT"},
    "expense_taxes": {},
    "payment_account": None,
    "payment_accounts": {"card": "b1a3f7d0-52c8-4e0f-9a55-7d5f0c7e2a11"},
    "tracking": {},
    "branding_theme": None,
    "due_days": 14,
    "credit_note_account": None,
    "prepayment_account": None,
    "overpayments": "hold",
    "contact_account_number": "APP-{id}",
    "contact_groups": {"trade": "c3a1d7e5-0f0b-4e0e-9a54-2f6b7c8d9e01"},
    "contact_matching": ["account_number", "name_and_email", "name"],
    "items": "on",
    "unknown_item": "description_only",
    "fallback_item": None,
    "conflict_policy": "newest_wins",
    "conflict_policies": {"lines": "partner_wins", "payments": "xero_wins"},
    "directions": {
        "invoices": "both",
        "contacts": "both",
        "payments": "both",
        "credits": "both",
        "items": "to_xero",
    },
    "fields": {"lines/*/description": "to_xero"},
    "mode": "real_time",
    "at": "00:00",
    "weekday": "monday",
    "time_zone": None,
    "sync_from": "2026-07-01",
    "import_from_xero": "sent",
    "numbering": "partner",
}


class ChosenSettings(
    AccountSettings,
    InvoicingSettings,
    ItemSettings,
    CreditSettings,
    ContactSettings,
    PolicySettings,
    DirectionSettings,
    ScheduleSettings,
):
    """What a business chose, whole; accounts by Xero's id."""

    model_config = ConfigDict(title="ChosenSettings", json_schema_extra={"examples": [EXAMPLE]})

    sync_from: date | None = Field(
        description="Invoices issued before it are never linked; null is all of them."
    )
    import_from_xero: ImportFromXero = Field(
        description="Which invoices born in Xero reach the app: those sent to the customer, all approved ones, none."
    )
    numbering: Numbering = Field(
        description="Whose number an invoice has in Xero: the partner's, Xero's own, or the partner's with a suffix"
        " where it is taken."
    )


class Settings(ChosenSettings):
    """What a business chose, and what has become of it."""

    model_config = ConfigDict(
        title="Settings", json_schema_extra={"examples": [EXAMPLE | {"is_active": True, "problems": []}]}
    )

    is_active: bool = Field(
        description="Whether the connection works; switched by `POST .../pause` and `POST .../resume`, not here."
    )
    problems: list[MappingProblem] = Field(
        description="Settings that the organisation, as it was last read, has left behind; not to be changed here."
    )


def show_chosen(settings: ConnectionSettings) -> dict[str, Any]:
    """Every setting as the API names it."""
    return {
        **show_accounts(settings),
        **show_invoicing(settings),
        **show_items(settings),
        **show_credits(settings),
        **show_contacts(settings),
        **show_policies(settings),
        **show_directions(settings),
        **show_schedule(settings),
        "sync_from": settings.sync_from,
        "import_from_xero": settings.import_from_xero,
        "numbering": settings.numbering,
    }


def show_settings(connection: Connection, *, is_fallback_lost: bool = False) -> Settings:
    """The settings of a connection with what the organisation has left behind of them."""
    return Settings(
        **show_chosen(connection.settings),
        is_active=connection.state is ConnectionState.ACTIVE,
        problems=build_problems(connection, is_fallback_lost=is_fallback_lost),
    )


def list_changes(before: ConnectionSettings | None, after: ConnectionSettings) -> list[tuple[str, Any, Any]]:
    """What differs between two versions: setting, value before and after; of maps entry by entry, as `taxes.gst`."""
    was, now = (_flat(show_chosen(each)) for each in (before or ConnectionSettings(), after))
    return [
        (name, was.get(name), now.get(name))
        for name in sorted({*was, *now})
        if was.get(name) != now.get(name)
    ]


def _flat(shown: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in shown.items():
        entries = {f"{name}.{key}": each for key, each in value.items()} if isinstance(value, dict) else {}
        flat |= entries if isinstance(value, dict) else {name: value}
    return flat
