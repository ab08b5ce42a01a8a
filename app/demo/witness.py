"""What Plumbline must be able to tell afterwards: that a change is in the feed, that a conflict was kept."""

import json

from app.demo.failures import StepFailed
from app.demo.waiting import wait_for
from app.demo.world import World


def expect(holds: object, otherwise: str) -> None:
    """Raises StepFailed with `otherwise` unless it holds."""
    if not holds:
        raise StepFailed(otherwise)


def expect_change(world: World, invoice_id: str, path: str, before: str, after: str) -> None:
    """The feed has a change of that field from one value to the other, caused by Xero."""
    changes = [change for change in world.plumbline.list_changes() if change["invoice_id"] == invoice_id]
    wanted = {"path": path, "before": before, "after": after}
    found = [change for change in changes if wanted in change["fields"]]
    expect(
        found, f"the feed has no {wanted} for {invoice_id}, only {[change['fields'] for change in changes]}"
    )
    causes = {change["caused_by"]["side"] for change in found}
    expect(causes == {"xero"}, f"the feed says that {causes} caused {wanted}")


def expect_conflict(world: World, invoice_id: str, *values: str) -> None:
    """A conflict of the invoice can be read that holds the base and both values."""
    wait_for(
        lambda: world.plumbline.list_conflicts(invoice_id),
        lambda conflicts: any(all(value in json.dumps(each) for value in values) for each in conflicts),
        lambda conflicts: f"no conflict of {invoice_id} holds {', '.join(values)}: {conflicts}",
    )
