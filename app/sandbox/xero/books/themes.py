"""Branding themes: how an organisation's documents look. An app may name one by id; only persons make them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from app.sandbox.xero.forms.dates import net_instant


@dataclass(frozen=True, slots=True)
class BrandingTheme:
    """One theme, in the order of the list."""

    theme_id: str
    name: str
    sort_order: int
    created_at: datetime

    def view(self) -> dict[str, Any]:
        """The theme as the API shows it."""
        return {
            "BrandingThemeID": self.theme_id,
            "Name": self.name,
            "SortOrder": self.sort_order,
            "CreatedDateUTC": net_instant(self.created_at),
        }


def build_themes(at: datetime) -> dict[str, BrandingTheme]:
    """The two that an organisation begins with, by id."""
    themes = [
        BrandingTheme(str(uuid4()), name, order, at) for order, name in enumerate(("Standard", "Trade"))
    ]
    return {theme.theme_id: theme for theme in themes}
