"""Takes a rule of the hub away, to show that the histories would notice."""

from collections.abc import Callable
from typing import Any

import pytest

from app.domain.record import hub, observing, owed


def replace_in_the_hub(monkeypatch: pytest.MonkeyPatch, name: str, other: Callable[..., Any]) -> None:
    """Put another function in the place of one of the hub's, wherever the hub's modules call it."""
    for module in (hub, observing, owed):
        if hasattr(module, name):
            monkeypatch.setattr(module, name, other)
