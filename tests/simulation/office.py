"""What a business and its people do with a connection, while others do the same.

The stories' own acts expect that nothing happens between a look and the act; here a call that comes too late is refused
and told so, as a person would be.
"""

from contextlib import suppress

import httpx

from tests.chaos.ledger import scalars
from tests.chaos.office import FIELDS, LANES, POLICIES
from tests.chaos.story import Act, Story
from tests.scenarios.house import Json
from tests.simulation.deciding import STATUS, find_decided, note_decided_end


async def pause(story: Story) -> None:
    """Pause, or go on."""
    house = story.house
    shown = await story.find(house.api.get(house.path))
    if shown is not None and shown["state"] == "active" and story.random.random() < 0.5:
        await story.find(house.api.post(f"{house.path}/pause"))
    elif shown is not None and shown["state"] == "paused":
        await story.find(house.api.post(f"{house.path}/resume"))


async def disconnect(story: Story) -> None:
    """Somebody removes the app in Xero, or consents again."""
    house = story.house
    shown = await story.find(house.api.get(house.path))
    if shown is not None and shown["state"] == "disconnected":
        await reconnect(story)
    elif story.random.random() < 0.4:
        await story.find(house.xero.post("/disconnect", json={"tenant_id": house.tenant_id}))
        story.faults += 1


async def reconnect(story: Story) -> None:
    """A new consent for the same organisation; a fault that was ordered may strike it, then it is given again."""
    for _ in range(4):
        again = await story.find(story.house.api.post(f"{story.house.path}/authorise"))
        if again is None:
            return
        with suppress(httpx.TransportError):
            if (await story.house.consent(again["authorise_url"])).is_success:
                return


async def choose(story: Story) -> None:
    """Another policy, or another direction for a field."""
    path = f"{story.house.path}/settings"
    if story.random.random() < 0.6:
        chosen: Json = {"conflict_policy": story.random.choice(POLICIES)}
    else:
        chosen = {"fields": {story.random.choice(FIELDS): story.random.choice([None, *LANES])}}
    await story.find(story.house.api.patch(path, json=chosen))


async def decide(story: Story) -> None:
    """A person decides a conflict; what the decision sets aside stays in the conflict."""
    house = story.house
    conflicts = await house.conflicts()
    if not conflicts:
        return
    conflict = story.random.choice(conflicts)
    action = story.random.choice(["take_xero", "take_partner"])
    path = f"{house.path}/conflicts/{conflict['id']}"
    seen = await story.find(house.api.get(path))
    if await story.find(house.api.post(f"{path}/resolve", json={"action": action})) is not None:
        if conflict["path"] == STATUS and seen is not None:
            note_decided_end(story, conflict["invoice_id"], find_decided(seen, {"action": action}))
        # Whoever decides has looked at what stands there, and replaces it.
        for value in sorted(set(scalars(seen))):
            story.ledger.note("decided", conflict["invoice_id"] or "", conflict["path"], value, None)


async def undo(story: Story) -> None:
    """A person takes a decision back, having looked at what was decided."""
    house = story.house
    kept = await story.find(house.api.get(f"{house.path}/resolutions"))
    taken = [each for each in (kept or {"data": []})["data"] if each["state"] in ("waiting", "done")]
    if not taken:
        return
    resolution = story.random.choice(taken)
    path = f"{house.path}/resolutions/{resolution['id']}/undo"
    if await story.find(house.api.post(path)) is not None:
        if STATUS in [each["path"] for each in resolution["fields"]]:
            story.ledger.reopen(resolution["invoice_id"])
        for value in sorted(set(scalars(resolution["fields"]))):
            story.ledger.note("decided", resolution["invoice_id"] or "", "fields", value, None)


ACTS: dict[str, Act] = {
    "pause": pause,
    "disconnect": disconnect,
    "choose": choose,
    "decide": decide,
    "undo": undo,
}
