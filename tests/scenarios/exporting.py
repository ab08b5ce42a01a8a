"""What the stories of exports do and look at: orders by HTTP, the report, and documents that wait for their hour."""

from typing import Any

from sqlalchemy import text

from tests.scenarios.house import House, Json
from tests.scenarios.troubles import ask


async def order(house: House, *stages: str, **asked: Any) -> Json:
    """Somebody orders an export; a dry run unless they say otherwise."""
    return dict(await ask(house.api.post(f"{house.path}/exports", json={"stages": list(stages)} | asked)))


async def tell(house: House, export: Json, what: str) -> Json:
    """Somebody tells an export to start, pause, resume or cancel."""
    return dict(await ask(house.api.post(f"{house.path}/exports/{export['id']}/{what}")))


async def look(house: House, export: Json) -> Json:
    """The export as the API shows it."""
    return dict(await ask(house.api.get(f"{house.path}/exports/{export['id']}")))


async def exported(house: House, *stages: str, **asked: Any) -> Json:
    """An export from its order to its end."""
    export = await order(house, *stages, **asked)
    await house.drain()
    return await look(house, export)


async def report(house: House, export: Json, **only: Any) -> list[Json]:
    """Every thing of an export, page by page."""
    things: list[Json] = []
    cursor: Json = {}
    while True:
        answer = await ask(
            house.api.get(f"{house.path}/exports/{export['id']}/report", params={"limit": 50} | only | cursor)
        )
        things += answer["data"]
        if answer["next"] is None:
            return things
        cursor = {"cursor": answer["next"]}


def outcomes(things: list[Json], kind: str, of: str = "outcome") -> dict[str, str]:
    """What came of each thing of a kind, by its id."""
    return {thing["id"]: thing[of] for thing in things if thing["kind"] == kind}


def counts(export: Json, stage: str) -> Json:
    """The counts of a stage that are not zero."""
    [shown] = [each for each in export["progress"] if each["stage"] == stage]
    return {name: count for name, count in shown.items() if count and name not in ("stage", "foreseen")}


def foreseen(export: Json, stage: str) -> Json:
    """What a dry run foresees of a stage."""
    return dict(next(each["foreseen"] for each in export["progress"] if each["stage"] == stage))


async def let_wait(house: House) -> None:
    """Whatever has come in is not due now: a mode that sends at certain hours would have it wait like this."""
    async with house.database._sessions.begin() as session:
        for table in ("invoice_links", "contact_links", "item_links"):
            await session.execute(text(f"UPDATE {table} SET settled_generation = generation"))  # noqa: S608
            await session.execute(text(f"UPDATE {table} SET touched_at = touched_at - interval '1 hour'"))  # noqa: S608


async def state_of_xero(house: House) -> Json:
    """Everything that the organisation holds."""
    kinds = ("invoices", "contacts", "items", "creditnotes", "overpayments", "prepayments")
    return {kind: await ask(house.xero.get(f"/people/{house.tenant_id}/{kind}")) for kind in kinds}
