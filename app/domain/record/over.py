"""An invoice that both sides hold as over is over, whatever an earlier document of the app said late.

A void is final in Xero (FACTS 4.1), so a record that says otherwise could not be carried there. And to carry it to the
app would bring back what is cancelled there:

    1. the app cancels an invoice and sends it again; both documents are late, and Xero voids it meanwhile
    2. our change cancels it in the app, or a person there did so again, and the app says that it has applied the change
    3. the document of 1 that sent it again arrives: it was an edit, but of what is over by now
"""

from dataclasses import replace

from app.domain.record.hub import Hub, hold_of
from app.domain.record.sides import Side, Status

STATUS = "status"
_OVER = Status.CANCELLED.value


def over_on_both(hub: Hub) -> Hub:
    """The hub with a record that is over where both sides are known to hold it so; where that is open, or a side keeps
    its status for itself, as it was.
    """
    if hub.record.get(STATUS) == _OVER or hub.xero_shadow.get(STATUS) != _OVER:
        return hub
    if STATUS in hub.open_conflicts or STATUS in {*hub.partner_apart, *hub.xero_apart}:
        return hub
    if hold_of(hub, Side.PARTNER).get(STATUS) != _OVER:
        return hub
    return replace(hub, record={**hub.record, STATUS: _OVER}, revision=hub.revision + 1)
