"""The guide to the first invoice tells the truth: every call in it is made, every answer in it is what comes back."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.house.guide import Act, Call, fill_in, learn, read_guide
from tests.scenarios.house import House
from tests.scenarios.opening import open_house


@pytest.fixture
async def newcomer(database_url: str, redis_url: str) -> AsyncIterator[House]:
    """Both sides and Plumbline, nobody joined yet."""
    async with open_house(database_url, redis_url) as opened:
        yield opened


async def act(house: House, words: str, known: dict[str, Any]) -> None:
    """What the guide says that happens beside the calls."""
    house.connection_id = known["connection_id"]
    if words == "the person gives consent":
        await house.consent(known["authorise_url"])
    elif words == "a person changes the reference in Xero to PO 1178":
        await house.edit_xero("INV-0042", Reference="PO 1178")
        await house.drain()
    else:
        assert words == "the work is done"
        await house.drain()


async def test_every_call_of_the_guide_is_answered_as_it_shows(newcomer: House) -> None:
    """Ten calls, from nothing to an invoice in step and an edit taken over (I1, T1, T2, T3)."""
    known: dict[str, Any] = {}
    steps = read_guide("first-invoice.md")
    assert sum(isinstance(step, Call) for step in steps) == 10
    for step in steps:
        if isinstance(step, Act):
            await act(newcomer, step.words, known)
            continue
        headers = {"content-type": "application/json"} if step.body else {}
        answer = await newcomer.api.request(
            step.method, fill_in(step.address, known), content=fill_in(step.body, known), headers=headers
        )
        assert answer.status_code == step.status, answer.text
        assert learn(step.answer, answer.json(), known, step.address) == []
