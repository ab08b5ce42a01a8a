"""A history under garbled answers: people on both sides, a worker, and calls of the API; then the truth again, judged.

What must hold while answers are garbled: no worker fails, the API answers no 500, whatever waits has a reason of the
list with a cure, and nothing is undone in the app that Xero has and nobody took away. Of one invoice whose rows alone
are spoiled: all others are in step all the same. What must hold after it is what `tests.chaos` asks after every story;
of what is plausible, without the ledger of edits and whatever was undone meanwhile.
"""

import json
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from app import schema
from app.domain.why.reasons import REASONS
from app.reading.reading import READ_EVERY
from app.sandbox.xero.events.webhooks import build_signature
from tests.chaos import in_the_app, in_xero, weather
from tests.chaos.ground import Ground
from tests.chaos.history import BEGINNING, settle
from tests.chaos.judging import Findings, find_differences, find_restless, judge
from tests.chaos.story import Act, Step, Story, draw_steps, live
from tests.garbled.garbler import Garbler
from tests.garbled.intermediary import stand_before
from tests.garbled.undone import Watch
from tests.redis_databases import empty_redis
from tests.scenarios.both_sides import list_resources
from tests.scenarios.house import House, Json
from tests.scenarios.opening import open_house
from tests.scenarios.troubles import ask, connection, restarted

STEPS = 32
LOOKS = 0.6
A_MOMENT = timedelta(minutes=6)
BEARER = "the-app's-own-secret-drawn-at-random"
SPOILED = "inv_1"
"""Of the kind `one_invoice`."""

ASKED = ("accounts", "tax-types", "items", "xero-contacts?q=Cus", "checkup", "held", "why?number=N-inv_2")
"""Addresses of the API, some of which have Xero asked."""


@dataclass
class Heard:
    """What was wrong while answers were garbled."""

    garbler: Garbler
    broken: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    watch: Watch = field(default_factory=Watch)


async def reconcile(story: Story) -> None:
    """A worker reads what Xero sent, and looks at the connection; then the reasons of what waits are looked at.

    Often somebody has everything looked at, and what was put off for minutes has come due.
    """
    parts, connection_id = story.house.parts, UUID(story.house.connection_id)
    if story.random.random() < LOOKS:
        await weather.move_on(story, A_MOMENT)
        await story.find(
            story.house.api.post(f"{story.house.path}/{story.random.choice(['sweep', 'compare'])}")
        )
    await work(story, parts.xero_webhooks.take_in)
    await work(story, partial(parts.reconciler.reconcile, connection_id))
    _heard(story).broken += await find_unreasoned(story.house)


async def deliver(story: Story) -> None:
    """A worker sends what waits; then it is looked whether anything was undone in the app by it."""
    heard = _heard(story)
    await heard.watch.look(story)
    await work(story, partial(story.house.parts.delivery.deliver, UUID(story.house.connection_id)))
    heard.undone += await heard.watch.look(story)


async def work(story: Story, job: Callable[[], Awaitable[object]]) -> None:
    """A job of a worker, which fails at nothing that Xero says."""
    try:
        await job()
    except Exception as error:
        _heard(story).broken.append(f"a worker failed: {tell_failure(error)}")


def tell_failure(error: Exception) -> str:
    """Where in our own code it came from, and what it says."""
    ours = [each for each in traceback.extract_tb(error.__traceback__) if "/app/" in each.filename]
    way = " > ".join(f"{each.filename.rpartition('/app/')[2]}:{each.lineno}" for each in ours[-6:])
    return f"{type(error).__name__} {str(error)[:200]!r} at {way}"


async def ask_the_api(story: Story) -> None:
    """Somebody looks at what Xero has, or has it searched."""
    house = story.house
    if story.random.random() < 0.4:
        which = story.random.choice(["sweep", "compare", "preflight", "held/retry"])
        call = house.api.post(f"{house.path}/{which}", json={"all": True} if which == "held/retry" else None)
    else:
        call = house.api.get(f"{house.path}/{story.random.choice(ASKED)}")
    answer = await call
    if answer.status_code == 500:
        _heard(story).broken.append(f"{answer.request.url}: {answer.text[:300]}")


async def look_at_the_app(story: Story) -> None:
    """A worker reads the app's side, where it is due."""
    parts = story.house.parts
    await weather.move_on(story, READ_EVERY)
    await work(story, parts.reading.nudge_due)
    await work(story, partial(parts.reading.read, UUID(story.house.connection_id)))


@contextmanager
def read_through(garbler: Garbler, address: str) -> Iterator[str]:
    """The app's read address, behind the garbler."""
    at = urlsplit(address)
    with stand_before(f"{at.scheme}://{at.netloc}", garbler.change) as root:
        yield root + at.path


async def send_odd_webhook(story: Story) -> None:
    """A webhook rightly signed with a body that is none of Xero's."""
    house, random, at = story.house, story.random, "2026-11-20T01:15:39.902"
    event: Json = {
        "resourceId": str(uuid4()), "tenantId": house.tenant_id, "eventCategory": "INVOICE", "eventType": "UPDATE",
        "eventDateUtc": at, "resourceUrl": "https://api.xero.com", "tenantType": "ORGANISATION",
    }  # fmt: skip
    name = random.choice(list(event))
    event[name] = random.choice([None, "", 7, [], {}, "\ud800", "\u0000", "x" * 9000, "GET", "/Date(1)/"])
    events: Any = random.choice([[event], [event, None, "x", event], event, None, "events", [[event]]])
    body = json.dumps({"events": events, "firstEventSequence": random.choice([None, "1", -1, 1.5, 10**30])})
    sent = random.choice([body, body[: len(body) // 2], "[]", "null", "[" * 5000, "\ufeff" + body]).encode()
    key = house.settings.xero_webhook_key
    assert key is not None
    signed = {"x-xero-signature": build_signature(key.get_secret_value(), sent)}
    answer = await house.api.post("/webhooks/xero", content=sent, headers=signed)
    if answer.status_code >= 500:
        _heard(story).broken.append(f"an odd webhook is answered {answer.status_code}: {sent[:300]!r}")


def _heard(story: Story) -> Heard:
    heard: Heard = story.kept["heard"]
    return heard


async def find_unreasoned(house: House) -> list[str]:
    """What waits for a reason that is in no list, or has no cure; what we failed on."""
    found, shown = [], await connection(house)
    reasons = {"the connection": shown["waits_for"]} if shown["waits_for"] else {}
    for name, resource in (await list_resources(house)).items():
        if resource["state"] == "held":
            reasons[name] = resource["reason"]
    for name, reason in reasons.items():
        if reason is None or reason["code"] not in REASONS or not reason["cure"]:
            found.append(f"{name} waits for {reason}")
        elif reason["code"] in ("internal_error", "interrupted"):
            found.append(f"{name}: {reason['code']}: {reason['message']}")
    return found


ACTS: dict[str, Act] = {
    **{
        name: in_the_app.ACTS[f"app_{name}"]
        for name in ("write", "edit", "pay", "unpay", "credit", "contact")
    },
    **{f"xero_{name}": in_xero.ACTS[f"xero_{name}"] for name in ("edit", "pay", "contact")},
    "let_go": weather.let_go,
    "pass_time": weather.pass_time,
    "reconcile": reconcile,
    "deliver": deliver,
    "ask_the_api": ask_the_api,
    "odd_webhook": send_odd_webhook,
}
OFTEN = (
    "edit",
    "xero_edit",
    "xero_edit",
    *["reconcile"] * 5,
    "deliver",
    "deliver",
    "let_go",
    "ask_the_api",
    "pass_time",
    "pass_time",
)


POLLED: dict[str, Act] = {**ACTS, "look_at_the_app": look_at_the_app, "break_app": weather.break_app}
OFTEN_POLLED = (*OFTEN, *["look_at_the_app"] * 8, *["break_app"] * 3)
"""Of an app that is read, whose answers to that are garbled, and none of Xero's."""


@dataclass(frozen=True)
class Verdict:
    """What came of a history."""

    findings: Findings
    changed: int
    held: tuple[str, ...]
    told: tuple[str, ...]
    """Each answer that was changed, in their order."""


def draw_history(seed: int, kind: str) -> list[Step]:
    """The steps of a seed."""
    names = [*POLLED, *OFTEN_POLLED] if kind == "polled" else [*ACTS, *OFTEN]
    return [*BEGINNING, *draw_steps(seed, names, STEPS)]


@asynccontextmanager
async def open_garbled_house(ground: Ground, garbler: Garbler) -> AsyncIterator[House]:
    """A joined house whose Plumbline reaches Xero through the garbler, or the app's read address."""
    is_polled = garbler.kind == "polled"
    async with (
        schema.scratch_database(ground.servers.database_url, ground.left.database) as database_url,
        open_house(
            database_url,
            await empty_redis(ground.servers.redis_url),
            ground.left,
            nullcontext if is_polled else lambda root_url: stand_before(root_url, garbler.change),
        ) as house,
    ):
        if not is_polled:
            yield house
            return
        access = await ask(house.app.put("/read-access", json={"bearer": BEARER, "page_size": 2}))
        with read_through(garbler, access["url"]) as url:
            wish = {"url": url, "auth": "bearer", "bearer_secret": BEARER, "reads_contacts": True}
            await ask(house.api.put("/v1/read-endpoint", json=wish))
            yield house


async def run_history(house: House, steps: list[Step], garbler: Garbler) -> Verdict:
    """Live through a history while answers are garbled, let it settle, and judge it."""
    heard = Heard(garbler)
    story = Story(house, calls_before=await house.last_call(), kept={"heard": heard})
    await live(story, steps[: len(BEGINNING)], ACTS | {"app_write": in_the_app.write})
    if garbler.kind == "one_invoice":
        await house.drain()
        garbler.number = f"N-{SPOILED}"
    garbler.is_on = True
    await live(story, steps[len(BEGINNING) :], POLLED)
    if garbler.kind == "one_invoice":
        heard.broken += await find_stopped(story)
    garbler.is_on = False
    async with restarted(house):
        await settle(story)
        findings = await judge(story)
        findings.diverged += await find_restless(house)
        held = tuple(
            each["reason"]["code"]
            for each in (await list_resources(house)).values()
            if each["state"] == "held"
        )
        findings.broken += [*heard.broken, *await find_unreasoned(house)]
    if garbler.kind == "plausible":
        findings.lost.clear()
    else:
        findings.lost += heard.undone
    return Verdict(findings, garbler.changed.total(), held, tuple(garbler.told))


async def find_stopped(story: Story) -> list[str]:
    """What is not in step, of all invoices but the one that is garbled, once the work that is due is done.

    What moves no timestamp in Xero is found by compares alone.
    """
    house = story.house
    await ask(house.api.post(f"{house.path}/compare"))
    for _ in range(3):
        await house.xero.post("/webhooks/flush")
        await house.app.post("/flush")
        await reconcile(story)
        await deliver(story)
        await weather.move_on(story, timedelta(minutes=20))
    in_app = {each["id"]: each for each in await house.list_in_app() if each["id"] != SPOILED}
    in_xero = [each for each in await house.list_in_xero() if each["InvoiceNumber"] != f"N-{SPOILED}"]
    resources = {key: each for key, each in (await list_resources(house)).items() if key in in_app}
    return [f"stopped by the one: {each}" for each in find_differences(in_app, in_xero, resources)]
