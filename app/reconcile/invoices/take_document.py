"""The app's side: its newest document merged into the record, whose words are then those of the maps as they are now.

Nobody is asked for it: a round does it, and so does a look at what a round would do (`preview`).
"""

from decimal import Decimal

from app.domain.crossing.numbering import part_numbers
from app.domain.invoices.due_date import with_due_date
from app.domain.partner.document import IMPLIED_PAYMENT, from_document, with_implied_at_most, without_implied
from app.domain.record.coupling import Vocabulary, refresh_unmapped, translate_anew
from app.domain.record.fields import Fields, keys_of
from app.domain.record.hub import partner_view
from app.domain.record.item_code import translate_items
from app.domain.record.money import covered, totals
from app.domain.record.observing import catch_up, observe_document
from app.domain.record.over import over_on_both
from app.domain.record.replaced import replace
from app.reconcile.footing import Footing
from app.reconcile.work import NEVER, Work


def take_document(current: Footing, work: Work) -> None:
    """Merge the partner's newest document, if the record has not taken it in, and map the record anew."""
    rules, document = current.rules, work.link.document
    if work.hub.has_apart:
        at, partner_at = work.link.xero_updated_at or NEVER, work.partner_at(NEVER)
        work.moved(catch_up(work.hub, rules=rules, xero_at=at, partner_at=partner_at))
    if document is not None and work.link.has_news_from_partner:
        based_on = work.hub.acked_revision if document.based_on is None else document.based_on
        seen = from_document(
            document.body,
            held=partner_view(work.hub, based_on),
            total_of=lambda fields: _total_of(current, fields),
            received_on=current.connection.find_day(document.received_at).isoformat(),
        )
        work.moved(
            observe_document(
                work.hub,
                seen,
                version=document.version,
                based_on=document.based_on,
                rules=rules,
                at=document.received_at,
                xero_at=work.link.xero_updated_at or NEVER,
            )
        )
    mapped = replace(work.hub, record=_map_anew(current, work, rules.vocabulary))
    work.link = replace(work.link, hub=over_on_both(mapped))


def _map_anew(current: Footing, work: Work, vocabulary: Vocabulary) -> Fields:
    """The record by the maps and choices of now: accounts and taxes, the due date, items, whose number it has."""
    record, settings = work.hub.record, current.connection.settings
    is_in_xero = work.link.xero_invoice_id is not None
    # Until Xero holds it, nobody there can have chosen another account: the maps decide, as they are now.
    record = refresh_unmapped(record, vocabulary) if is_in_xero else translate_anew(record, vocabulary)
    record = with_due_date(record, settings.due_days, current.organisation.sales_terms)
    record = translate_items(record, work.hub.xero_shadow, vocabulary.items)
    return part_numbers(record, settings.numbering, work.hub.xero_shadow.get("number"), is_in_xero=is_in_xero)


def read_paid_anew(current: Footing, work: Work) -> None:
    """What "paid" implies is never more than what is due beside the payments and credits that came to light since.

    Both sides may say at once that the invoice is paid, one in a word and one by a payment: it is then paid once. The
    shadow moves with the record, because the document said no amount.
    """
    hub = work.hub
    if IMPLIED_PAYMENT in keys_of(hub.xero_shadow, "payments"):
        return
    total = _total_of(current, hub.record)
    if total is None or IMPLIED_PAYMENT not in keys_of(hub.record, "payments"):
        return
    due = total - covered(without_implied(hub.record))
    hub = replace(
        hub,
        record=with_implied_at_most(hub.record, due),
        partner_shadow=with_implied_at_most(hub.partner_shadow, due),
    )
    work.link = replace(work.link, hub=hub)


def _total_of(current: Footing, fields: Fields) -> Decimal | None:
    known = totals(refresh_unmapped(fields, current.rules.vocabulary), current.organisation.rates())
    return known.total if known else None
