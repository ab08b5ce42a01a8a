"""What a business may choose: a change of settings checked against its organisation, and applied. Pure.

A map is changed entry by entry: an entry that is named is set, one that is null goes, the others stay. What is said of
which settings is in the modules beside this one; here they are put together, so that a change is taken whole or not at
all, and every fault of it is named.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import ConfigDict, Field

from app.api.settings.accounts import AccountsChange, choose_accounts, names_accounts
from app.api.settings.contacts import ContactsChange, choose_contacts
from app.api.settings.credits import CreditsChange, choose_credits
from app.api.settings.directions import DirectionsChange, choose_directions
from app.api.settings.invoicing import InvoicingChange, choose_invoicing, needs_organisation
from app.api.settings.items import ItemsChange, choose_items
from app.api.settings.policies import PoliciesChange, choose_policies
from app.api.settings.schedule import ScheduleChange, choose_schedule
from app.domain.connections.settings import ConnectionSettings
from app.domain.crossing.gate import ImportFromXero
from app.domain.crossing.numbering import Numbering
from app.domain.xero.organisation import DEFAULT_TAXES, Organisation
from app.domain.xero.xero_contact import ContactGroup
from app.intake.refusals import Fault, InputRefused
from app.intake.values import Day


class SettingsChange(
    AccountsChange,
    InvoicingChange,
    ItemsChange,
    CreditsChange,
    ContactsChange,
    PoliciesChange,
    DirectionsChange,
    ScheduleChange,
):
    """The settings to change; one that is left out stays. Null clears what may be without a value."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "revenue_accounts": {
                        "general": "200",
                        "materials": "a2d9b2c4-8f3e-4d52-9a0f-3c1f6a7b8c90",
                    },
                    "taxes": {"gst": "OUTPUT", "none": "EXEMPTOUTPUT"},
                    "payment_account": "090",
                    "conflict_policy": "newest_wins",
                    "conflict_policies": {"lines": "partner_wins", "payments": "xero_wins"},
                    "sync_from": "2026-07-01",
                    "import_from_xero": "sent",
                    "numbering": "partner",
                    "fields": {"lines/*/description": "to_xero"},
                    "mode": "daily",
                    "at": "02:00",
                }
            ]
        },
    )

    sync_from: Day | None = Field(
        default=None, description="Invoices issued before it are never linked; null is all of them."
    )
    import_from_xero: ImportFromXero | None = Field(
        default=None, description="Which invoices born in Xero reach the app."
    )
    numbering: Numbering | None = Field(default=None, description="Whose number an invoice has in Xero.")


def apply_change(
    settings: ConnectionSettings,
    change: SettingsChange,
    organisation: Organisation | None,
    groups: Sequence[ContactGroup] = (),
) -> ConnectionSettings:
    """The settings after a change; raises `invalid_request` naming every entry that cannot be chosen.

    `groups` are the contact groups that Xero has, where the change names any.
    """
    if organisation is None and _names_facts(change):
        raise InputRefused(
            "not_authorised_yet", "Accounts and taxes can be chosen once the organisation is known."
        )
    faults: list[Fault] = []
    chosen: dict[str, Any] = choose_accounts(settings, change, organisation, faults)
    chosen |= choose_credits(change, organisation, faults)
    chosen |= choose_invoicing(settings, change, organisation, faults)
    chosen |= choose_items(settings, change, faults)
    chosen |= choose_contacts(settings, change, groups, faults)
    chosen |= choose_policies(settings, change, faults)
    chosen |= choose_directions(settings, change, chosen.get("items", settings.items), faults)
    chosen |= choose_schedule(change, faults)
    chosen |= _choose_rest(change, faults)
    if faults:
        raise InputRefused("invalid_request", "The settings cannot be changed like this; see errors.", faults)
    return replace(settings, **chosen)


def blank_for(change: SettingsChange, organisation: Organisation | None) -> ConnectionSettings:
    """What a change that says all of the settings is applied to: the defaults, usual taxes of the country included."""
    if organisation is None or "taxes" in change.model_fields_set:
        return ConnectionSettings()
    return ConnectionSettings(taxes=DEFAULT_TAXES.get(organisation.country, {}))


def _names_facts(change: SettingsChange) -> bool:
    credit_accounts = (change.credit_note_account, change.prepayment_account)
    return names_accounts(change) or any(credit_accounts) or needs_organisation(change)


def _choose_rest(change: SettingsChange, faults: list[Fault]) -> dict[str, Any]:
    named, chosen = change.model_fields_set, dict[str, Any]()
    if "sync_from" in named:
        chosen["sync_from"] = date.fromisoformat(change.sync_from) if change.sync_from else None
    for name in ("import_from_xero", "numbering"):
        if name in named:
            chosen[name] = getattr(change, name)
            faults += [Fault(name, "cannot be null")] if chosen[name] is None else []
    return chosen
