"""What a business, its partner and its operators do with a connection: pause, reconnect, choose, decide."""

from tests.chaos.ledger import scalars
from tests.chaos.story import Act, Story
from tests.scenarios.troubles import ask, connection

POLICIES = ("xero_wins", "partner_wins", "newest_wins", "hold")
LANES = ("to_xero", "to_partner", "off")
FIELDS = ("reference", "due_on", "lines/*/description")


async def pause(story: Story) -> None:
    """Pause, or go on."""
    shown = await connection(story.house)
    if shown["state"] == "active" and story.random.random() < 0.5:
        await ask(story.house.api.post(f"{story.house.path}/pause"))
    elif shown["state"] == "paused":
        await ask(story.house.api.post(f"{story.house.path}/resume"))


async def disconnect(story: Story) -> None:
    """Somebody removes the app in Xero, or consents again."""
    if (await connection(story.house))["state"] == "disconnected":
        await reconnect(story)
    elif story.random.random() < 0.4:
        await ask(story.house.xero.post("/disconnect", json={"tenant_id": story.house.tenant_id}))
        story.faults += 1


async def reconnect(story: Story) -> None:
    """A new consent for the same organisation; a fault that was ordered may strike it, then it is given again."""
    for _ in range(4):
        again = await ask(story.house.api.post(f"{story.house.path}/authorise"))
        if (await story.house.consent(again["authorise_url"])).is_success:
            return


async def choose(story: Story) -> None:
    """Another policy, or another direction for a field."""
    if story.random.random() < 0.6:
        await story.house.choose(conflict_policy=story.random.choice(POLICIES))
    else:
        field = story.random.choice(FIELDS)
        await story.house.choose(fields={field: story.random.choice([None, *LANES])})


async def open_all(story: Story) -> None:
    """Everything travels again, and the connection works."""
    await story.house.choose(fields=dict.fromkeys(FIELDS), conflict_policy="newest_wins")
    state = (await connection(story.house))["state"]
    if state == "paused":
        await ask(story.house.api.post(f"{story.house.path}/resume"))
    elif state == "disconnected":
        await reconnect(story)


async def decide(story: Story) -> None:
    """A person decides a conflict; what the decision sets aside stays in the conflict."""
    conflicts = await story.house.conflicts()
    if not conflicts:
        return
    conflict = story.random.choice(conflicts)
    action = story.random.choice(["take_xero", "take_partner"])
    path = f"{story.house.path}/conflicts/{conflict['id']}"
    seen = await story.find(story.house.api.get(path))
    if await story.find(story.house.api.post(f"{path}/resolve", json={"action": action})) is not None:
        # Whoever decides has looked at what stands there, and replaces it.
        for value in set(scalars(seen)):
            story.ledger.note("decided", conflict["invoice_id"] or "", conflict["path"], value, None)


ACTS: dict[str, Act] = {"pause": pause, "disconnect": disconnect, "choose": choose, "decide": decide}
