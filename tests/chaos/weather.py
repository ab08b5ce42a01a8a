"""What goes wrong around a story: Xero's calls, webhooks of both sides, the app's answers, and time that passes."""

from datetime import timedelta
from typing import Any

from tests.chaos.story import Act, Story
from tests.scenarios.troubles import app_fault, ask

CALLS = (
    "bad_request", "bad_request_html", "token_expired", "token_unknown", "scope_missing", "token_revoked", "forbidden",
    "not_found", "precondition_failed", "rate_limited_minute", "rate_limited_day", "rate_limited_appminute",
    "rate_limited_concurrent", "error_500", "unavailable_before", "unavailable_after", "cut_before", "cut_after",
    "cut_before", "cut_after", "truncated", "duplicate_rows", "stale",
)  # fmt: skip
"""Every fault of the sandbox but those that only take time; the cuts, which cost most, twice as often."""

PATHS = ("/", "/", "/Invoices", "/Invoices", "/Contacts", "/Payments", "/CreditNotes", "/connect/token")
METHODS = ("*", "*", "GET", "POST", "PUT")


async def break_xero(story: Story) -> None:
    """Some of Xero's next calls go wrong."""
    kind, path = story.random.choice(CALLS), story.random.choice(PATHS)
    more: dict[str, Any] = {"nth": story.random.randint(1, 4), "times": story.random.randint(1, 2)}
    await story.house.fault(kind, story.random.choice(METHODS), path, **more)
    story.faults += 1


async def break_webhooks(story: Story) -> None:
    """Xero's webhooks are lost, doubled, in another order, or one by one."""
    trouble = story.random.choice(
        [
            {"lose_next": story.random.randint(1, 3)},
            {"double_next": story.random.randint(1, 3)},
            {"shuffle": True},
            {"batch_size": story.random.randint(1, 3)},
        ]
    )
    await ask(story.house.xero.put("/webhooks", json=trouble))
    story.faults += 1


async def break_app(story: Story) -> None:
    """The app's documents are lost, doubled or late, or its answers are."""
    count = story.random.randint(1, 3)
    trouble: dict[str, Any] = story.random.choice(
        [
            {"lose_outgoing_next": count},
            {"double_outgoing_next": count},
            {"hold_outgoing": True},
            {"hold_outgoing": False, "shuffle": True},
            {"refuse_incoming_next": count},
            {"lose_answer_next": count},
        ]
    )
    await app_fault(story.house, **trouble)
    story.faults += 1


async def let_go(story: Story) -> None:
    """Webhooks and documents that were held back arrive."""
    await ask(story.house.xero.post("/webhooks/flush"))
    if story.random.random() < 0.5:
        await ask(story.house.app.post("/flush"))


async def pass_time(story: Story) -> None:
    """Both clocks move on: seconds, minutes, or a while in which tokens end and idempotency keys are forgotten."""
    seconds = story.random.choice([1, 5, 40, 100, 400, 2_000, 4_000])
    await move_on(story, timedelta(seconds=seconds))


async def move_on(story: Story, span: timedelta) -> None:
    """Both clocks move on by a span."""
    await ask(story.house.xero.post("/clock", json={"advance_seconds": int(span.total_seconds())}))
    story.house.clock.advance(span)


async def clear_up(story: Story) -> None:
    """Nothing goes wrong any more."""
    struck = (await ask(story.house.xero.get("/faults")))["faults"]
    story.limited += sum(fault["hit"] for fault in struck if fault["kind"].startswith("rate_limited"))
    await ask(story.house.xero.delete("/faults"))
    calm: dict[str, Any] = {"lose_next": 0, "double_next": 0, "shuffle": False, "batch_size": 100}
    await ask(story.house.xero.put("/webhooks", json=calm))
    await app_fault(
        story.house,
        lose_outgoing_next=0,
        double_outgoing_next=0,
        hold_outgoing=False,
        shuffle=False,
        refuse_incoming_next=0,
        lose_answer_next=0,
        edit_before_applying=None,
    )
    await story.house.set_facts(period_lock_date=None)


ACTS: dict[str, Act] = {
    "break_xero": break_xero,
    "break_webhooks": break_webhooks,
    "break_app": break_app,
    "let_go": let_go,
    "pass_time": pass_time,
}
