"""One real thing of a partner's for every parameter of a path: what a stranger would have to name to reach it.

`make_things` makes each as it comes to be in life, by the API or as the loop leaves it. A parameter that it does not
know fails `test_isolation`, so that a new kind of thing cannot be forgotten.
"""

import json
from dataclasses import dataclass, field

import httpx

from tests.integration.api.driver import Plumbline, document
from tests.integration.api.operations import NOWHERE
from tests.integration.api.test_changes import put_change
from tests.integration.api.test_decisions import HELD, RECORD, add_conflict, add_discrepancies
from tests.integration.api.test_events import PARTNER
from tests.integration.api.test_items import product
from tests.integration.api.test_parts import payment_of

MARK = "Quillon Heating"
"""A name that stands in everything that the first partner says, and nowhere else."""

NOTHING = {
    "number": "999999",
    "cursor": "999999999",
    "conflict_id": "999999999",
    "discrepancy_id": "999999999",
    "delivery_id": "999999999",
    "event_id": "partner_999999999",
    "invoice_id": "inv_of_nobody",
    "thing_id": "inv_of_nobody",
    "contact_id": "cus_of_nobody",
    "item_id": "item_of_nobody",
    "payment_id": "p_of_nobody",
    "credit_id": "c_of_nobody",
}
"""Ids of nothing; of what has a UUID, `NOWHERE`."""

KINDS = {"things": "invoices"}
"""Parameters that name a kind of thing and no thing."""

CHOSEN_BY_PARTNERS = frozenset(
    {"number", "invoice_id", "thing_id", "contact_id", "item_id", "payment_id", "credit_id"}
)
"""Ids that two partners may both have, for things of their own: they count within a connection alone."""


@dataclass(frozen=True)
class Things:
    """The ids by parameter, and the texts that nobody else may see."""

    ids: dict[str, str]
    secrets: list[str] = field(default_factory=list)

    def without(self, names: list[str]) -> dict[str, str]:
        """The same ids, but for things of these names, which do not exist."""
        return self.ids | {name: NOTHING.get(name, NOWHERE) for name in names}


async def make_things(plumbline: Plumbline) -> Things:
    """One of each."""
    path = await plumbline.open_active()
    ids = {"connection_id": path.rpartition("/")[2], "partner_id": plumbline.partner["partner_id"], **KINDS}
    ids |= await _make_books(plumbline, path)
    ids |= await _make_findings(plumbline, path)
    ids |= await _make_addresses(plumbline, path)
    ids |= await _make_orders(plumbline, path)
    return Things(ids, [MARK, *(value for value in ids.values() if len(value) == len(NOWHERE))])


async def _make_books(plumbline: Plumbline, path: str) -> dict[str, str]:
    """An invoice with a payment and a credit, its contact, and an item."""
    whole = document(
        id="inv_1",
        job={"id": "job_1", "name": MARK},
        payments=[payment_of("p1")],
        credits=[{"id": "c1", "kind": "credit_note", "amount": "90.00", "applied_on": "2026-11-20"}],
    )
    await _send(plumbline, "PUT", f"{path}/invoices/inv_1", whole)
    await plumbline.execute(
        "UPDATE invoice_links SET record = :record, partner_shadow = :record, xero_shadow = :record,"
        " open_conflicts = '[\"reference\"]', xero_invoice_id = 'x-1', settled_generation = generation",
        record=json.dumps(RECORD),
    )
    await _send(plumbline, "PUT", f"{path}/items/prd_1", product(name=MARK))
    return {
        "invoice_id": "inv_1",
        "thing_id": "inv_1",
        "payment_id": "p1",
        "credit_id": "c1",
        "contact_id": "cus_17",
        "item_id": "prd_1",
    }


async def _make_findings(plumbline: Plumbline, path: str) -> dict[str, str]:
    """A conflict that is held, a discrepancy, a decision, a change and an event."""
    await add_conflict(plumbline, "reference", HELD)
    await add_discrepancies(plumbline, 1)
    await put_change(plumbline, "inv_1", 1)
    said = '{"type": "invoice.changed", "data": {"document": {"id": "inv_1"}}}'
    made = await plumbline.execute("SELECT now()")
    await plumbline.execute(PARTNER, webhook_id="w1", payload=said, outcome="created", at=made[0][0])
    conflict = await _first(plumbline, "SELECT id FROM conflicts")
    call = f"{path}/conflicts/{conflict}/resolve"
    decided = await _send(plumbline, "POST", call, {"action": "take_xero", "note": MARK})
    return {
        "conflict_id": conflict,
        "discrepancy_id": await _first(plumbline, "SELECT id FROM discrepancies"),
        "resolution_id": decided.json()["id"],
        "cursor": await _first(plumbline, "SELECT id FROM changes"),
        "event_id": "partner_" + await _first(plumbline, "SELECT id FROM partner_events"),
    }


async def _make_addresses(plumbline: Plumbline, path: str) -> dict[str, str]:
    """An endpoint with a delivery, where the app can be asked, a Xero app and a second key."""
    endpoint = {"url": "https://app.example/hook", "part": "listens", "description": MARK}
    endpoint_id = (await _send(plumbline, "POST", "/v1/webhook-endpoints", endpoint)).json()["id"]
    await plumbline.execute(
        "INSERT INTO deliveries (endpoint_id, connection_id, message_id, type, is_copy, state, body)"
        " VALUES (CAST(:endpoint AS uuid), CAST(:connection AS uuid), 'm1', 'test', false, 'failed', '{}')",
        endpoint=endpoint_id,
        connection=path.rpartition("/")[2],
    )
    for where in ("/v1", path):
        await _send(plumbline, "PUT", f"{where}/read-endpoint", {"url": "https://app.example/read"})
    shop = {"platform": "woocommerce", "address": "https://shop.example", "directions": "keep"}
    keys = {"credentials": {"consumer_key": "ck_1", "consumer_secret": "cs_1"}}
    await _send(plumbline, "PUT", f"{path}/shop", shop | keys)
    await plumbline.execute(
        "INSERT INTO shop_refusals (connection_id, order_id, number, reason, refused_at)"
        " VALUES (CAST(:connection AS uuid), '5120', :number, 'It has no lines.', now())",
        connection=path.rpartition("/")[2],
        number=MARK,
    )
    app = {"name": MARK, "client_id": "9F3A6C0E1B2D4A5F", "client_secret": "the secret that Xero showed"}
    return {
        "endpoint_id": endpoint_id,
        "delivery_id": await _first(plumbline, "SELECT id FROM deliveries"),
        "xero_app_id": (await _send(plumbline, "POST", "/v1/xero-apps", app)).json()["id"],
        "key_id": (await plumbline.make_key("read"))["id"],
    }


async def _make_orders(plumbline: Plumbline, path: str) -> dict[str, str]:
    """An export, a test transaction, and settings of an older version."""
    for day in ("2026-07-01", "2026-07-02"):
        await _send(plumbline, "PATCH", f"{path}/settings", {"sync_from": day})
    export = await _send(plumbline, "POST", f"{path}/exports", {"stages": ["invoices"], "note": MARK})
    trial = await _send(plumbline, "POST", f"{path}/test-transactions", None)
    return {
        "export_id": export.json()["id"],
        "test_id": trial.json()["id"],
        "number": await _first(plumbline, "SELECT max(number) FROM settings_versions"),
    }


async def _send(plumbline: Plumbline, method: str, path: str, body: object) -> httpx.Response:
    answer = await plumbline.http.request(method, path, json=body)
    assert answer.is_success, (method, path, answer.text)
    return answer


async def _first(plumbline: Plumbline, statement: str) -> str:
    return str((await plumbline.execute(statement))[0][0])
