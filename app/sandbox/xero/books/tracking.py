"""Tracking categories and their options: at most two active categories, four in all (FACTS 5, Rest).

Lines name a category and an option by name or by id. What is archived stays on the lines that carry it and may not be
sent any more. Only persons make and archive them here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

MOST_ACTIVE = 2
MOST = 4


@dataclass(frozen=True, slots=True)
class TrackingOption:
    """One value of a category."""

    option_id: str
    name: str
    status: str = "ACTIVE"


@dataclass(frozen=True, slots=True)
class TrackingCategory:
    """One category, such as Region, with its options."""

    category_id: str
    name: str
    status: str = "ACTIVE"
    options: tuple[TrackingOption, ...] = ()

    def find_option(self, option_id: str | None, name: str | None) -> TrackingOption | None:
        """The option with this id, or else with this name."""
        if option_id:
            return next((option for option in self.options if option.option_id == option_id.lower()), None)
        return next((option for option in self.options if _same(option.name, name)), None)

    def view(self) -> dict[str, Any]:
        """The category as the API shows it."""
        return {
            "Name": self.name,
            "Status": self.status,
            "TrackingCategoryID": self.category_id,
            "Options": [
                {"TrackingOptionID": option.option_id, "Name": option.name, "Status": option.status}
                for option in self.options
            ],
        }


def _same(held: str, wanted: str | None) -> bool:
    return wanted is not None and held.casefold() == wanted.casefold()


class TrackingBook:
    """The categories of one organisation. Mistakes of persons raise ValueError."""

    def __init__(self) -> None:
        self._by_id: dict[str, TrackingCategory] = {}

    def __iter__(self) -> Iterator[TrackingCategory]:
        return iter(list(self._by_id.values()))

    def find(self, category_id: str | None, name: str | None) -> TrackingCategory | None:
        """The category with this id, or else with this name."""
        if category_id:
            return self._by_id.get(category_id.lower())
        return next((category for category in self if _same(category.name, name)), None)

    def add(self, name: str, options: list[str]) -> TrackingCategory:
        """A new active category. Raises ValueError for a third active one, a fifth one, or a name that is taken."""
        if len(self._by_id) >= MOST:
            raise ValueError(f"an organisation has at most {MOST} tracking categories")
        if not name or len(name) > 100 or self.find(None, name):
            raise ValueError("the name is empty, too long or taken")
        made = TrackingCategory(str(uuid4()), name)
        return self._keep(self._with_options(made, options))

    def add_options(self, category: TrackingCategory, names: list[str]) -> TrackingCategory:
        """The category with more options."""
        return self._keep(self._with_options(category, names))

    def rename(self, category: TrackingCategory, name: str) -> TrackingCategory:
        """The category under another name; the id stays."""
        if not name or len(name) > 100 or self.find(None, name) not in (None, category):
            raise ValueError("the name is empty, too long or taken")
        return self._keep(replace(category, name=name))

    def rename_option(
        self, category: TrackingCategory, option: TrackingOption, name: str
    ) -> TrackingCategory:
        """An option under another name; the id stays."""
        if not name or len(name) > 100 or category.find_option(None, name) not in (None, option):
            raise ValueError("an option's name is empty, too long or taken")
        changed = replace(option, name=name)
        options = tuple(changed if held is option else held for held in category.options)
        return self._keep(replace(category, options=options))

    def set_status(self, category: TrackingCategory, status: str) -> TrackingCategory:
        """Archive or restore a category."""
        return self._keep(replace(category, status=status))

    def set_option_status(
        self, category: TrackingCategory, option: TrackingOption, status: str
    ) -> TrackingCategory:
        """Archive or restore an option."""
        changed = replace(option, status=status)
        options = tuple(changed if held is option else held for held in category.options)
        return self._keep(replace(category, options=options))

    def _with_options(self, category: TrackingCategory, names: list[str]) -> TrackingCategory:
        if any(not name or len(name) > 100 or category.find_option(None, name) for name in names):
            raise ValueError("an option's name is empty, too long or taken")
        added = tuple(TrackingOption(str(uuid4()), name) for name in names)
        return replace(category, options=category.options + added)

    def _keep(self, category: TrackingCategory) -> TrackingCategory:
        others = [held for held in self if held.category_id != category.category_id]
        if category.status == "ACTIVE" and sum(held.status == "ACTIVE" for held in others) >= MOST_ACTIVE:
            raise ValueError(f"at most {MOST_ACTIVE} tracking categories may be active")
        self._by_id[category.category_id] = category
        return category
