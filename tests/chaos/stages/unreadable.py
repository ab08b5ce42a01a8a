"""Webhooks of Xero of which one cannot be taken apart: the others go their way, and it is kept and tried again."""

import json
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from app.intake.xero_webhooks import FIRST_WAIT
from app.sandbox.xero.events.webhooks import build_signature
from tests.chaos.stages.stage import Stage, Work
from tests.chaos.story import Story
from tests.scenarios.troubles import ask, rows

TOO_LONG = "".join(uuid4().hex for _ in range(500))
"""More than an index of PostgreSQL takes of one row, however well it is packed."""


async def make(story: Story) -> None:
    """An invoice was moved in Xero, whose webhook comes together with one that no inbox can hold."""
    house = story.house
    await house.write("inv_1")
    await house.drain()
    event = {
        "resourceId": TOO_LONG,
        "tenantId": house.tenant_id,
        "eventCategory": "INVOICE",
        "eventType": "UPDATE",
        "eventDateUtc": "2026-11-20T01:15:39.902",
    }
    body, key = json.dumps({"events": [event]}).encode(), house.settings.xero_webhook_key
    assert key is not None
    signed = {"x-xero-signature": build_signature(key.get_secret_value(), body)}
    await ask(house.api.post("/webhooks/xero", content=body, headers=signed))
    await house.edit_xero("N-inv_1", Reference="X1")
    story.ledger.note("xero", "inv_1", "reference", "PO 1", "X1")
    await ask(house.xero.post("/webhooks/flush"))


async def promise(story: Story) -> Sequence[str]:
    """It is there, and waits for its next time."""
    left = await rows(story.house, "SELECT failures FROM xero_webhooks WHERE again_at IS NOT NULL")
    return [] if len(left) == 1 and left[0]["failures"] else [f"what cannot be read is kept as {left}"]


STAGE = Stage(
    "unreadable",
    make,
    Work(("take_in_webhooks", FIRST_WAIT + timedelta(seconds=1), "retry_held")),
    promise=promise,
)
