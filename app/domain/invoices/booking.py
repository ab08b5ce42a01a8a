"""Where a payment that we made was booked, and whether it belongs elsewhere because the app corrected its method.

Xero shows the account of a payment nowhere on its invoice and knows no methods, so both are remembered as it is made.
Other settings move nothing that was booked under the ones before: that a person corrected the method does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.domain.record.direction import Lanes
from app.domain.record.fields import keys_of, member
from app.domain.record.hub import Hub
from app.domain.record.sides import Side, Status


@dataclass(frozen=True, slots=True)
class Booked:
    """The method by which a payment was booked, and the account, by Xero's id, to which it was."""

    method: str | None
    xero_account_id: str


def list_misplaced(
    hub: Hub,
    booked: Mapping[str, Booked],
    lanes: Lanes,
    account_for: Callable[[str | None], str | None],
) -> tuple[str, ...]:
    """Keys of payments in Xero that by their method, which the app has corrected, belong to another account.

    A method that is not said any more, or that has no account, says nothing of where the money is.
    """
    if hub.record.get("status") != Status.SENT or not booked:
        return ()
    left_alone = hub.open_conflicts.union(hub.xero_apart)
    held = [key for key in keys_of(hub.xero_shadow, "payments") if key in booked]
    methods = {key: member(hub.record, "payments", key, "method") for key in held}
    return tuple(
        key
        for key, method in methods.items()
        if method not in (None, booked[key].method)
        and account_for(method) not in (None, booked[key].xero_account_id)
        and f"payments/{key}" not in left_alone
        and lanes.leads_to(Side.XERO, f"payments/{key}")
    )
