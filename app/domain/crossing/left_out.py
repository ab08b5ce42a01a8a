"""Where a side holds something else than the record because it does not travel, and is let be (FEATURES E5). Pure."""

from app.domain.crossing.gate import StaysHome
from app.domain.record.direction import Lanes
from app.domain.record.field_names import names_of
from app.domain.record.fields import differing, group_of, member_of
from app.domain.record.held import covers
from app.domain.record.hub import Hub, pair_of
from app.domain.record.moves import list_groups
from app.domain.record.owed import leave_alone
from app.domain.record.sides import Side

KEPT_APART = "kept_apart"


def list_left_out(hub: Hub, lanes: Lanes) -> list[str]:
    """The fields and groups at which a side differs from the record and is let be by the directions alone; sorted."""
    if lanes.are_open and not hub.has_apart:
        return []
    left = {*hub.partner_apart, *hub.xero_apart}
    for side in Side:
        holds, wanted = pair_of(hub, side)
        both = list_groups(holds) & list_groups(wanted)
        let_be = differing(wanted, leave_alone(side, hub, holds, wanted, lanes)) if holds else []
        left |= {path if (group := group_of(path)) is None or group in both else group for path in let_be}
    return sorted(path for path in left if not any(covers(conflict, path) for conflict in hub.open_conflicts))


def list_kept_apart(hub: Hub, lanes: Lanes) -> list[str]:
    """The same without the numbers that Xero gave to credits of which the app says none: they are nobody's own, and
    make the two sides no less equal.
    """
    return [path for path in list_left_out(hub, lanes) if not _is_xeros_number(path, hub)]


def _is_xeros_number(path: str, hub: Hub) -> bool:
    is_number = (group_of(path) or "").startswith("credits/") and member_of(path) == "number"
    return is_number and hub.record.get(path) is None


def find_apart(hub: Hub, lanes: Lanes) -> StaysHome | None:
    """What the two sides show differently because it does not travel; None where they do not."""
    left = list_kept_apart(hub, lanes)
    if not left:
        return None
    names = ", ".join(sorted({names_of(path)[0] for path in left}))
    return StaysHome(KEPT_APART, f"Each side keeps its own {names}: by the settings it does not travel.")
