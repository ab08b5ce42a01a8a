"""An invoice that has no link here: which gate keeps it in Xero, or that it was not seen yet.

And what is said of one that neither side has, and of a shop's order that could not be taken.
"""

from collections.abc import Iterator
from datetime import datetime

from app.domain.connections.connection import Connection
from app.domain.crossing import gate as gates
from app.domain.record.fields import instant_in_words
from app.domain.why.facts import places
from app.domain.why.gates import Answer, Finding, Gate, Outcome
from app.domain.why.hinges import Writer, judge_connection
from app.domain.why.reasons import reason_of
from app.domain.xero.xero_invoice import XeroInvoice

_PASSED = {
    Gate.SENT: "It may be brought in.",
    Gate.SYNC_FROM: "It is not older than what this connection syncs.",
    Gate.DIRECTIONS: "Xero's invoices come to the app.",
}


def answer_stranger(
    connection: Connection,
    address: str,
    invoice: XeroInvoice,
    now: datetime,
    *,
    made_for: str | None = None,
    left_by: str | None = None,
) -> Answer:
    """The gates of an invoice that has no link, as Xero showed it just now; `made_for` is the app's id of the one for
    which an earlier connection of the business made it, `left_by` of one that it was until a person linked that anew.
    """
    writer = Writer(places(address, f"{address}/invoices/{{invoice_id}}"))
    findings = tuple(_judge(connection, writer, invoice, now, made_for=made_for, left_by=left_by))
    # One gate always fails, if only that nobody saw it yet: there is no link.
    first = next(found for found in findings if found.outcome is Outcome.FAILED)
    name = invoice.number or invoice.xero_invoice_id
    return Answer(f"{name} is in Xero and not in the app: {first.message}", first.code, findings)


def answer_nowhere(address: str, name: str, *, was_xero_asked: bool) -> Answer:
    """The answer about an invoice that nobody knows."""
    writer = Writer(places(address, f"{address}/invoices/{{invoice_id}}"))
    where = "Neither side has" if was_xero_asked else "Nothing here, and Xero could not be asked, has"
    found = writer.failed(Gate.RECEIVED, "not_in_xero", f"{where} an invoice {name}.")
    return Answer(found.message, found.code, (found,))


def answer_refused_order(address: str, number: str, reason: str) -> Answer:
    """The answer about an order of the connection's shop that could not be taken."""
    writer = Writer(places(address, f"{address}/invoices/{{invoice_id}}"))
    found = writer.failed(
        Gate.RECEIVED, "order_refused", f"Order {number} of the shop was not taken: {reason}"
    )
    return Answer(found.message, found.code, (found,))


def _judge(
    connection: Connection,
    writer: Writer,
    invoice: XeroInvoice,
    now: datetime,
    *,
    made_for: str | None,
    left_by: str | None,
) -> Iterator[Finding]:
    settings = connection.settings
    stays = gates.to_partner(invoice, settings.import_from_xero, settings.sync_from, settings.lanes)
    at = instant_in_words(invoice.updated_at)
    yield writer.passed(Gate.RECEIVED, f"Xero has it, {invoice.status}, last changed at {at}.")
    yield from judge_connection(connection, now, writer)
    for gate, message in _PASSED.items():
        if stays is not None and reason_of(stays.code).gate is gate:
            yield writer.failed(gate, stays.code, stays.message)
            return
        yield writer.passed(gate, message)
    if made_for is not None:
        told = f"An earlier connection of this business made it for your invoice {made_for}, whose document is awaited."
        yield writer.failed(Gate.TAKEN, "made_before", told)
        return
    if left_by is not None:
        told = f"It was your invoice {left_by}, until somebody said that this is another one of Xero's."
        yield writer.failed(Gate.TAKEN, "left_by_relink", told)
        return
    yield writer.failed(Gate.TAKEN, "not_seen_yet")
