"""Calls into a shop over HTTP: what comes back, and every answer from which nothing can be made."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.clock import ManualClock
from app.delivery.address import Addresses
from app.delivery.network import build_client
from app.shops import front
from app.shops.front import Door, Front
from app.shops.platform import CredentialsRefused, ShopFailed
from tests.integration.delivery.world import ANYWHERE
from tests.shops.stand_in import Call, Reply, StandIn, open_stand_in

CLOCK = ManualClock(datetime(2026, 11, 20, 3, 15, 30, tzinfo=UTC))


class Shop(StandIn):
    """Answers one order to everything."""

    def answer(self, call: Call) -> Reply:
        return Reply(200, b'{"id": 7, "total": 10.10}', {"content-type": "application/json"})


async def keep_nothing(_: Mapping[str, str], __: datetime | None) -> None:
    """Nobody is told."""


@asynccontextmanager
async def calling(addresses: Addresses = ANYWHERE, **more: Any) -> AsyncIterator[tuple[Front, Shop]]:
    """A shop, and the way to it as a look opens it."""
    async with open_stand_in(Shop(CLOCK)) as shop, build_client(addresses) as http:
        door = Door(http, addresses.check_form, ManualClock())
        address = more.get("address", shop.address)
        yield Front(door, address, {"key": "k"}, UTC, date(2026, 1, 1), more.get("keep", keep_nothing)), shop


async def test_an_answer_has_its_json_with_amounts_as_written_and_the_shops_own_clock() -> None:
    """A float would lose what was written; of a clock that is not said ours stands in."""
    async with calling() as (calls, shop):
        answer = await calls.get("orders", {"page": "2"}, {"x-key": "k"})
        assert (answer.body, answer.at) == ({"id": 7, "total": "10.10"}, CLOCK.now())
        assert (shop.calls[0].path, shop.calls[0].query, shop.calls[0].headers["x-key"]) == (
            "/orders", {"page": "2"}, "k",
        )  # fmt: skip
        await calls.post(f"{shop.address}/token", form={"grant_type": "refresh_token"})
        assert (shop.calls[1].path, shop.calls[1].form) == ("/token", {"grant_type": "refresh_token"})
        await calls.post("/graphql", json={"query": "{}"})
        assert shop.calls[2].json == {"query": "{}"}
        shop.trouble(Reply(404, {"message": "Invalid ID."}, {"date": "never"}))
        missing = await calls.get("orders/9")
        assert (missing.status, missing.at) == (404, ManualClock().now())


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(500, b"<html>"), "The shop answered 500."),
        (
            Reply(400, {"message": "Invalid parameter(s): orderby"}),
            'answered 400: "Invalid parameter(s): orderby".',
        ),
        (Reply(400, {"errors": {"since": ["is no date"]}}), 'answered 400: "{"since": ["is no date"]}".'),
        (Reply(301, None, {"location": "https://www.shop.example"}), "leads elsewhere (301)"),
        (Reply(200, b"<html>"), "The shop's answer is no JSON"),
    ],
)
async def test_what_is_no_answer_is_told_in_the_shops_words(reply: Reply, said: str) -> None:
    """A sentence for a person."""
    async with calling() as (calls, shop):
        shop.trouble(reply)
        with pytest.raises(ShopFailed) as failed:
            await calls.get("orders")
    assert said in str(failed.value)
    assert failed.value.status == (reply.status if reply.status != 200 else None)


@pytest.mark.parametrize("status", [401, 403])
async def test_credentials_that_are_refused_are_told_apart(status: int) -> None:
    """Only a person can mend that."""
    async with calling() as (calls, shop):
        shop.trouble(Reply(status, {"error": "invalid_token", "error_description": "It has\n ended."}))
        with pytest.raises(
            CredentialsRefused, match=f'refused its credentials with {status}: "It has ended."'
        ):
            await calls.get("orders")


async def test_a_shop_that_repeats_its_credentials_does_not_have_them_shown() -> None:
    """Also where its words are too long and were cut within them; a country is no secret."""
    key = "cs_" + "0123456789" * 4
    async with calling() as (calls, shop):
        calls.credentials = {"consumer_secret": key, "country": "AU"}
        for said in (f"AU knows no {key}.", f"AU{' and' * 46} {key}"):
            shop.trouble(Reply(401, {"message": said}))
            with pytest.raises(CredentialsRefused, match=r"AU .* …") as refused:
                await calls.get("orders")
            assert "0123" not in str(refused.value)


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("2", timedelta(seconds=2)),
        ("2.5", timedelta(seconds=2.5)),
        ("Fri, 20 Nov 2026 03:16:00 GMT", timedelta(seconds=30)),
        ("99999999", timedelta(hours=6)),
        ("-5", timedelta(0)),
        ("soon", None),
        ("nan", None),
        (None, None),
    ],
)
async def test_a_shop_says_how_long_it_is_to_be_left_alone(said: str | None, wait: timedelta | None) -> None:
    """In seconds or as an instant of its own clock; no longer than six hours."""
    async with calling() as (calls, shop):
        shop.trouble(Reply(429, None, {"retry-after": said} if said else {}))
        with pytest.raises(ShopFailed) as failed:
            await calls.get("orders")
    assert failed.value.retry_after == wait


async def test_a_shop_that_is_silent_or_says_too_much_or_stands_inside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each ends the call, and says why."""
    async with calling() as (calls, _):
        monkeypatch.setattr(front, "LARGEST_ANSWER", 10)
        with pytest.raises(ShopFailed, match="longer than 10 bytes"):
            await calls.get("orders")
    async with calling(address="http://127.0.0.1:1") as (calls, _):
        with pytest.raises(ShopFailed, match="could not be reached"):
            await calls.get("orders")
    inside = Addresses(https_only=False, allow_internal=False)
    async with calling(inside) as (calls, shop):
        with pytest.raises(ShopFailed, match="not public"):
            await calls.get("orders")
        assert shop.calls == []
    strict = Addresses(https_only=True, allow_internal=True)
    async with calling(strict) as (calls, _):
        with pytest.raises(ShopFailed, match="must be https"):
            await calls.get("orders")


async def test_renewed_credentials_are_kept_before_they_are_used() -> None:
    """Whoever keeps them hears first; where they cannot be kept, those of before stay in use."""
    kept: list[Mapping[str, str]] = []

    async def keep(credentials: Mapping[str, str], _: datetime | None) -> None:
        kept.append(credentials)
        if credentials["key"] == "lost":
            raise ShopFailed("The shop was set otherwise while it was read.")

    async with calling(keep=keep) as (calls, _):
        await calls.renew({"key": "new"}, CLOCK.now())
        assert (kept, calls.credentials) == ([{"key": "new"}], {"key": "new"})
        with pytest.raises(ShopFailed):
            await calls.renew({"key": "lost"}, None)
        assert calls.credentials == {"key": "new"}
