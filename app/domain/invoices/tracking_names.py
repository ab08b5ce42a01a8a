"""Tracking that was renamed in Xero: what a link says by the name of before, said by that of now.

A name that was edited is an edit of the organisation, and of no invoice, as an account's code is (`account_codes`). The
app has no word in tracking, so nobody is told of it.
"""

from collections.abc import Iterable
from dataclasses import replace

from app.domain.invoices.link import InvoiceLink
from app.domain.record.fields import Fields, Value
from app.domain.xero.former_names import is_called_otherwise
from app.domain.xero.organisation import Organisation
from app.domain.xero.xero_invoice import XeroLine


def with_names_of_now(
    link: InvoiceLink, lines: Iterable[XeroLine], organisation: Organisation
) -> InvoiceLink:
    """The link with the words that its lines of Xero are tracked under now, where those are the same options."""
    held = link.hub.xero_shadow
    moved = {
        path: line
        for line in lines
        if (key := link.line_ids.get(line.xero_line_id)) is not None
        if is_called_otherwise(held.get(path := f"lines/{key}/tracking") or {}, line, organisation)
    }
    if not moved:
        return link
    named: dict[str, tuple[Value, Value]] = {
        path: (held[path], dict(line.tracking)) for path, line in moved.items()
    }
    hub = replace(
        link.hub,
        record=_renamed(link.hub.record, named),
        xero_shadow=_renamed(held, named),
        unanswered=None if link.hub.unanswered is None else _renamed(link.hub.unanswered, named),
    )
    return replace(link, hub=hub)


def _renamed(fields: Fields, named: dict[str, tuple[Value, Value]]) -> dict[str, Value]:
    """The same fields, but where they say a name of before."""
    return {**fields, **{path: now for path, (before, now) in named.items() if fields.get(path) == before}}
