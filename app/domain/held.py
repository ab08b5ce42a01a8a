"""What a side should hold while conflicts wait for a person: the record, but at every held path what it holds now.

A held path is a field, or a whole line or payment. Where a field is held and its line has come or gone in the record,
the whole line is left alone: taking it away would take the held value with it. The order of the lines follows.
"""

from collections.abc import Collection

from app.domain.fields import LINE_ORDER, Fields, Value, group_of, keys_of, line_keys
from app.domain.line_order import interleave


def leave_held(holds: Fields, wanted: Fields, open_conflicts: Collection[str]) -> dict[str, Value]:
    """`wanted` with the side's own values (`holds`) at every held path."""
    left = dict(wanted)
    for conflict in open_conflicts:
        group = group_of(conflict)
        is_whole = group is not None and (conflict == group or _has(holds, group) != _has(wanted, group))
        held = group if group is not None and is_whole else conflict
        for path in [path for path in left if covers(held, path)]:
            del left[path]
        left |= {path: value for path, value in holds.items() if covers(held, path)}
    if open_conflicts and LINE_ORDER in left:
        left[LINE_ORDER] = interleave(line_keys(wanted), line_keys(holds), set(keys_of(left, "lines")))
    return left


def covers(held: str, path: str) -> bool:
    """Whether a held path (a field or a whole group) keeps its hand on another path."""
    return path == held or path.startswith(f"{held}/")


def _has(fields: Fields, group: str) -> bool:
    return any(path.startswith(f"{group}/") for path in fields)
