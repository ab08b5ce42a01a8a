"""A hundred thousand invoices on both sides of one connection, each equal to its link: copies of one that was synced.

The sandbox runs in a thread of this process, so that its organisation can be filled without a hundred thousand calls.
"""

from dataclasses import replace
from typing import Any

from app.sandbox.xero import SandboxXero
from benchmarks.ground import Ground, run
from benchmarks.rest.fill import COPIED, OWN_OF_LINKS, careless, without_indexes

NUMBERED = ("record", "partner_shadow", "xero_shadow")
"""Columns that hold the invoice's number, which is its own."""

FILL = """
INSERT INTO invoice_links (id, connection_id, partner_invoice_id, xero_invoice_id, partner_number, xero_number,
    created_at, touched_at, updated_at, {own}, {copied})
SELECT gen_random_uuid(), connection_id, 'pair_' || n, gen_random_uuid()::text, 'PAIR-' || n, 'PAIR-' || n,
    now(), now(), now(), {numbered}, {copied}
FROM invoice_links, generate_series(1, {count}) AS n WHERE partner_invoice_id = '{template}'
"""
PAIRS = "SELECT xero_invoice_id, xero_number FROM invoice_links WHERE partner_invoice_id LIKE 'pair\\_%'"


def describe(sandbox: SandboxXero) -> dict[str, Any]:
    """What the sandbox's own command would print."""
    urls = dict.fromkeys(("api_url", "identity_url", "login_url"), sandbox.root_url)
    return urls | {
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "webhook_key": sandbox.webhook_key,
        "control_url": f"{sandbox.root_url}/control",
        "tenant_id": sandbox.tenant_id,
    }


def fill_both(ground: Ground, sandbox: SandboxXero, template: str, xero_id: str, count: int) -> None:
    """Copy the pair; nothing else may call the sandbox meanwhile."""
    run(_fill_links(ground.database_url, template, count))
    organisation = sandbox.sandbox.organisations[sandbox.tenant_id]
    invoice = organisation.invoices.find(xero_id)
    assert invoice is not None
    for row in ground.execute(PAIRS):
        organisation.invoices.save(replace(invoice, invoice_id=row[0], number=row[1]))
    # Nobody is to be told: these were there before anybody listened.
    organisation.journal.commit()


async def _fill_links(database_url: str, template: str, count: int) -> None:
    numbered = ", ".join(f"jsonb_set({name}, '{{number}}', to_jsonb('PAIR-' || n))" for name in NUMBERED)
    names = ", ".join(NUMBERED)
    async with careless(database_url) as connection, without_indexes(connection, database_url):
        copied = await connection.fetchval(COPIED, "invoice_links", [*OWN_OF_LINKS, *NUMBERED])
        statement = FILL.format(own=names, copied=copied, numbered=numbered, count=count, template=template)
        await connection.execute(statement)
