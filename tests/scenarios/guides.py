"""Guides that are followed: each call as it is written, in order, and what happens beside the calls."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.house.guide import Act, Call, fill_in, learn, read_guide
from tests.scenarios.house import House

Known = dict[str, Any]
Happens = Callable[[House, Known], Awaitable[object]]


async def consent(house: House, known: Known) -> None:
    """A person allows access, and the business's connection is the one that is worked on from now on."""
    house.connection_id = known["connection_id"]
    await house.consent(known["authorise_url"])


async def work(house: House, known: Known) -> None:
    """All that is due is done."""
    await house.drain()


async def change_reference(house: House, known: Known) -> None:
    """The bookkeeper edits an invoice."""
    await house.edit_xero("INV-0042", Reference="PO 1178")
    await house.drain()


HAPPENS: dict[str, Happens] = {
    "the person gives consent": consent,
    "the work is done": work,
    "a person changes the reference in Xero to PO 1178": change_reference,
}
"""What a guide can say that happens, in its own words."""


async def walk(house: House, name: str, happens: dict[str, Happens] | None = None) -> Known:
    """Follow a guide to its end, and answer what its answers told; fails with all that is not as it shows."""
    known: Known = {}
    wrong: list[str] = []
    acts = HAPPENS | (happens or {})
    for step in read_guide(name):
        if isinstance(step, Act):
            await acts[step.words](house, known)
        else:
            wrong += await make(house, step, known)
    assert not wrong, "\n".join(wrong)
    return known


async def make(house: House, call: Call, known: Known) -> list[str]:
    """Make a call; answers what its answer is otherwise than shown."""
    answer = await house.api.request(
        call.method,
        fill_in(call.address, known),
        content=fill_in(call.body, known),
        headers={"content-type": "application/json"} if call.body else {},
    )
    said = f"{call.method} {call.address}"
    if answer.status_code != call.status:
        return [f"{said}: {answer.status_code} {answer.text}"]
    return learn(call.answer, answer.json(), known, said)
