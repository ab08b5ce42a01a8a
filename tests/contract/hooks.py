"""Hooks of schemathesis: drawn calls often name what exists, and leave alone what all others stand on."""

import itertools
import json
import os
from typing import Any

import schemathesis

KNOWN: dict[str, list[str]] = json.loads(os.environ.get("PLUMBLINE_CONTRACT_KNOWN", "{}"))

ENDS_IT = {"remove_connection", "erase_data", "pause_connection", "fork_connection"}
"""Operations that would take the ground from under all other calls; they are drawn with ids that do not exist."""


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Where an id of its kind is known, most calls name it."""
    if not path_parameters:
        return path_parameters
    operation = context.operation.definition.raw.get("operationId")
    named = dict(path_parameters)
    for name, ids in KNOWN.items():
        if name in named and not (operation in ENDS_IT and name == "connection_id"):
            drawn = sum(map(ord, str(named[name])))
            if drawn % 4:
                named[name] = ids[drawn % len(ids)]
    return named


_NUMBERS = itertools.count()
_PART = os.environ.get("PLUMBLINE_CONTRACT_PART", "")


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """A drawn key of a write stands for one call alone, as it should: else most calls would meet another's."""
    headers = case.headers or {}
    if "Authorization" not in headers or _lacks_a_header(case):
        # What is left out on purpose would be brought back by whatever is changed here.
        return
    key = headers.get("Idempotency-Key")
    if isinstance(key, str) and 0 < len(key) < 200 and key.isascii() and key.isprintable():
        headers["Idempotency-Key"] = f"{key}{_PART}-{next(_NUMBERS)}"


def _lacks_a_header(case: Any) -> bool:
    """Whether the call shows what happens without a header that it should have."""
    drawn = case.meta and case.meta.phase.data
    return getattr(drawn, "scenario", None) == "missing_parameter"
