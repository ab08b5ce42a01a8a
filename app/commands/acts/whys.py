"""Why an invoice is not in step, as the API answers it."""

from uuid import UUID

from rich.console import RenderableType

from app.api.dependencies import Services
from app.api.why.answering import explain_invoice, explain_number
from app.api.why.resource import Why, Whys
from app.commands.acts.named import get_connection
from app.commands.screen import build_facts, build_table, mark
from app.commands.shown import Exit, Shown
from app.intake.refusals import InputRefused


async def explain(
    services: Services,
    connection_id: UUID,
    invoice_id: str | None,
    number: str | None,
    xero_invoice_id: UUID | None,
) -> Shown:
    """Every gate of each invoice that is meant; exactly one of the three names it."""
    if sum(name is not None for name in (invoice_id, number, xero_invoice_id)) != 1:
        raise InputRefused("invalid_request", "Name an invoice by its id, by --number or by --xero-id.")
    connection = await get_connection(services, connection_id)
    if invoice_id is not None:
        found = Whys(data=[await explain_invoice(services, connection, invoice_id)])
    else:
        found = await explain_number(services, connection, number, xero_invoice_id)
    is_well = all(why.code is None for why in found.data)
    parts = [part for why in found.data for part in _show(why)]
    return Shown(found, parts, Exit.WELL if is_well else Exit.NOT_WELL)


def _show(why: Why) -> list[RenderableType]:
    facts = {
        "invoice": why.id,
        "in Xero": why.xero_invoice_id,
        "state": why.state.value if why.state else None,
        "verdict": why.verdict,
        "code": why.code,
    }
    rows = [(mark(gate.outcome), gate.gate, gate.message, gate.cure, gate.call) for gate in why.gates]
    return [build_facts("Why", facts), build_table("Gates", ["", "gate", "found", "cure", "by"], rows)]
