"""What a business may choose of how its invoices look in Xero, checked against its organisation. Pure.

Branding themes and tracking come by id or by name, and are kept by id, because people rename them.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field

from app.domain.connections.settings import ConnectionSettings
from app.domain.xero.organisation import Organisation, TrackingCategory
from app.intake.refusals import Fault
from app.intake.values import Line

MOST_TRACKING = 2
"""Categories of one line (FACTS 4.3)."""


class InvoicingChange(BaseModel):
    """The part of a change of settings that this module reads."""

    tracking: dict[Line, Line | None] = Field(
        max_length=1_000,
        default={},
        description="Tracking category to option, for every line that the app adds; two at most.",
    )
    branding_theme: Line | None = Field(default=None, description="Of every invoice that is made in Xero.")
    due_days: Annotated[int, Field(strict=True, ge=0, le=365)] | None = Field(
        default=None,
        description="Days after its date that an invoice without a due date is due; null: by Xero's own terms.",
    )


class InvoicingSettings(BaseModel):
    """What a business chose of how its invoices look."""

    tracking: dict[str, str] = Field(
        description="Tracking category id to option id, for every line that the app adds."
    )
    branding_theme: str | None = Field(
        description="Of every invoice that is made in Xero; null: Xero's default."
    )
    due_days: int | None = Field(
        description="Days after its date that an invoice without a due date is due; null: by Xero's own terms."
    )


def show_invoicing(settings: ConnectionSettings) -> dict[str, Any]:
    """The settings of invoices as the API names them."""
    return {
        "tracking": dict(settings.tracking),
        "branding_theme": settings.branding_theme_id,
        "due_days": settings.due_days,
    }


def choose_invoicing(
    settings: ConnectionSettings,
    change: InvoicingChange,
    organisation: Organisation | None,
    faults: list[Fault],
) -> dict[str, Any]:
    """The settings that the change names, as they are kept; adds a fault for each that cannot be chosen."""
    chosen: dict[str, Any] = {}
    if "due_days" in change.model_fields_set:
        chosen["due_days"] = change.due_days
    if organisation is None:
        return chosen
    chosen["tracking"] = _choose_tracking(settings.tracking, change.tracking, organisation, faults)
    if "branding_theme" in change.model_fields_set:
        chosen["branding_theme_id"] = _choose_theme(change.branding_theme, organisation, faults)
    return chosen


def needs_organisation(change: InvoicingChange) -> bool:
    """Whether it names anything that only the organisation can confirm."""
    return any((*change.tracking.values(), change.branding_theme))


def _choose_theme(name: str | None, organisation: Organisation, faults: list[Fault]) -> str | None:
    if not name:
        return None
    for theme in organisation.branding_themes:
        if name in (theme.theme_id, theme.name):
            return theme.theme_id
    faults.append(Fault("branding_theme", f"{organisation.name} has no branding theme {name}"))
    return None


def _choose_tracking(
    held: Mapping[str, str], change: Mapping[str, str | None], organisation: Organisation, faults: list[Fault]
) -> dict[str, str]:
    chosen = dict(held)
    for word, option in change.items():
        category = _find_category(word, organisation)
        if category is None:
            faults.append(
                Fault(f"tracking.{word}", f"{organisation.name} has no such active tracking category")
            )
        elif option is None:
            chosen.pop(category.category_id, None)
        else:
            chosen |= _choose_option(word, option, category, faults)
    if len(chosen) > MOST_TRACKING:
        faults.append(Fault("tracking", f"a line has {MOST_TRACKING} tracking categories at the most"))
    return chosen


def _find_category(word: str, organisation: Organisation) -> TrackingCategory | None:
    active = (category for category in organisation.tracking_categories if category.status == "ACTIVE")
    return next((category for category in active if word in (category.category_id, category.name)), None)


def _choose_option(word: str, wanted: str, category: TrackingCategory, faults: list[Fault]) -> dict[str, str]:
    for option in category.options:
        if option.status == "ACTIVE" and wanted in (option.option_id, option.name):
            return {category.category_id: option.option_id}
    faults.append(Fault(f"tracking.{word}", f"{category.name} has no active option {wanted}"))
    return {}
