"""Keeping a token set fresh: one refresh at a time, nothing lost when things break in the middle."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from app.clock import SystemClock
from app.db.connections.connections import find_connection, save_state
from app.db.life.tokens import DatabaseTokenStore
from app.db.postgres.session import Database
from app.db.tables import NoticeRow, TokenSetRow
from app.domain.connections.connection import ConnectionState
from app.errors import AuthorisationLost, XeroUnavailable
from app.xero.oauth import Grant, XeroIdentity
from app.xero.tokens import Patience, TokenKeeper
from tests.integration.xero.conftest import Connect, Xero

CLOCK = SystemClock()
ENDED = timedelta(seconds=-1)


class Interrupted:
    """An identity server whose answer arrives only after something else has happened."""

    def __init__(self, identity: XeroIdentity, meanwhile: Callable[[], Awaitable[object]]) -> None:
        self._identity = identity
        self._meanwhile = meanwhile

    async def open(self, _: UUID | None) -> "Interrupted":
        return self

    async def refresh(self, refresh_token: str) -> Grant:
        grant = await self._identity.refresh(refresh_token)
        await self._meanwhile()
        return grant


async def refreshes(xero: Xero) -> int:
    """How many times a refresh token was used: the calls for a token, less the consents."""
    return len(await xero.calls("/connect/token")) - 1


@pytest.fixture
def keeper(xero: Xero, store: DatabaseTokenStore) -> TokenKeeper:
    """A keeper as each process has one."""
    return TokenKeeper(store, xero.identities, CLOCK)


async def test_a_token_that_lives_long_enough_is_used_as_it_is(
    xero: Xero, keeper: TokenKeeper, connect: Connect
) -> None:
    """No call for what is known."""
    grant = await xero.consent()
    held = await keeper.get_fresh(await connect(grant, xero.at.tenant_id))
    assert (held.access_token, held.xero_tenant_id) == (grant.access_token, xero.at.tenant_id)
    assert await refreshes(xero) == 0


async def test_a_token_that_ends_soon_is_refreshed_first(
    xero: Xero, keeper: TokenKeeper, connect: Connect
) -> None:
    """The rotated tokens are in the database before anybody uses them."""
    grant = await xero.consent()
    connection_id = await connect(grant, xero.at.tenant_id, lives=timedelta(seconds=90))
    held = await keeper.get_fresh(connection_id)
    assert held.access_token != grant.access_token
    assert held.refresh_token != grant.refresh_token
    assert held.previous_refresh_token == grant.refresh_token
    assert held == await keeper.get_fresh(connection_id)
    assert await refreshes(xero) == 1


async def test_of_many_who_need_a_token_one_refreshes(
    xero: Xero, store: DatabaseTokenStore, connect: Connect
) -> None:
    """Parallel refreshes of one token cost the consent (FACTS 7.4); the others wait and take the new one."""
    connection_id = await connect(await xero.consent(), xero.at.tenant_id, lives=ENDED)
    keepers = [TokenKeeper(store, xero.identities, CLOCK) for _ in range(5)]
    held = await asyncio.gather(*(keeper.get_fresh(connection_id) for keeper in keepers))
    assert len({tokens.access_token for tokens in held}) == 1
    assert await refreshes(xero) == 1


async def test_connections_of_one_person_share_a_refresh(
    xero: Xero, keeper: TokenKeeper, connect: Connect
) -> None:
    """Tokens belong to a person and the app, not to an organisation (FACTS 1)."""
    second = (await xero.control("POST", "/organisations", name="Second Pty Ltd", country="NZ"))["tenant_id"]
    one = await connect(await xero.consent(), xero.at.tenant_id)
    other = await connect(await xero.consent(tenant_id=second), second, lives=ENDED)
    first, then = await asyncio.gather(keeper.get_fresh(one), keeper.get_fresh(other))
    assert first.token_set_id == then.token_set_id
    assert first.access_token == then.access_token
    assert (first.xero_tenant_id, then.xero_tenant_id) == (xero.at.tenant_id, second)
    assert len(await xero.calls("/connect/token")) == 3


async def test_a_lost_answer_costs_nothing(xero: Xero, keeper: TokenKeeper, connect: Connect) -> None:
    """The token was rotated and we never heard: the old one is taken again for half an hour (FACTS 1)."""
    connection_id = await connect(await xero.consent(), xero.at.tenant_id, lives=ENDED)
    await xero.fault("cut_after", path="/connect/token")
    with pytest.raises(XeroUnavailable):
        await keeper.get_fresh(connection_id)
    held = await keeper.get_fresh(connection_id)
    assert xero.client_works(held.access_token)


async def test_after_the_grace_a_lost_answer_costs_the_consent(
    xero: Xero, keeper: TokenKeeper, connect: Connect
) -> None:
    """Then the old token is dead, which is said in words and kept; Xero is not asked again."""
    connection_id = await connect(await xero.consent(), xero.at.tenant_id, lives=ENDED)
    await xero.fault("cut_after", path="/connect/token")
    with pytest.raises(XeroUnavailable):
        await keeper.get_fresh(connection_id)
    await xero.control("POST", "/clock", advance_seconds=31 * 60)
    for _ in range(2):
        with pytest.raises(AuthorisationLost, match="invalid_grant"):
            await keeper.get_fresh(connection_id)
    assert await refreshes(xero) == 2


async def test_a_new_consent_of_the_same_person_revives_every_connection(
    xero: Xero, keeper: TokenKeeper, connect: Connect
) -> None:
    """The dead token set is replaced, not left beside a new one."""
    second = (await xero.control("POST", "/organisations", name="Second Pty Ltd", country="NZ"))["tenant_id"]
    grant = await xero.consent()
    connection_id = await connect(grant, xero.at.tenant_id, lives=ENDED)
    await xero.revoke(grant)
    with pytest.raises(AuthorisationLost):
        await keeper.get_fresh(connection_id)
    again = await xero.consent(tenant_id=second)
    await connect(again, second)
    assert (await keeper.get_fresh(connection_id)).access_token == again.access_token


async def test_the_token_before_is_tried_when_a_late_retry_ended_the_current_one(
    xero: Xero, keeper: TokenKeeper, connect: Connect
) -> None:
    """A slow process that lost its claim used the old token after us: what we saved is dead, the old one is not yet."""
    grant = await xero.consent()
    connection_id = await connect(grant, xero.at.tenant_id, lives=ENDED)
    held = await keeper.get_fresh(connection_id)
    await xero.identity.refresh(grant.refresh_token)
    renewed = await keeper.get_fresh(connection_id, spent=held.access_token)
    assert xero.client_works(renewed.access_token)


async def test_a_consent_that_comes_during_a_refresh_is_what_stays(
    xero: Xero, store: DatabaseTokenStore, connect: Connect
) -> None:
    """The refresh of the old token set lost its claim to the new one and is dropped."""
    connection_id = await connect(await xero.consent(), xero.at.tenant_id, lives=ENDED)
    newest = await xero.consent()

    async def consent_again() -> None:
        await connect(newest, xero.at.tenant_id)

    keeper = TokenKeeper(store, Interrupted(xero.identity, consent_again), CLOCK)
    assert (await keeper.get_fresh(connection_id)).access_token == newest.access_token


async def test_a_claim_whose_owner_died_runs_out(
    xero: Xero, store: DatabaseTokenStore, keeper: TokenKeeper, connect: Connect
) -> None:
    """A process that was killed while it refreshed stops nobody for longer than its claim."""
    connection_id = await connect(await xero.consent(), xero.at.tenant_id, lives=ENDED)
    token_set_id = (await store.get(connection_id)).token_set_id
    long_ago = CLOCK.now() - timedelta(minutes=5)
    assert await store.claim(token_set_id, "dead", long_ago, long_ago + timedelta(seconds=45))
    await keeper.get_fresh(connection_id)
    assert await refreshes(xero) == 1


async def test_whoever_waits_for_another_gives_up_in_the_end(
    xero: Xero, store: DatabaseTokenStore, connect: Connect
) -> None:
    """The work is tried again later instead of hanging."""
    connection_id = await connect(await xero.consent(), xero.at.tenant_id, lives=ENDED)
    now = CLOCK.now()
    await store.claim((await store.get(connection_id)).token_set_id, "busy", now, now + timedelta(minutes=1))
    hasty = TokenKeeper(
        store, xero.identities, CLOCK, Patience(timedelta(milliseconds=60), timedelta(milliseconds=10))
    )
    with pytest.raises(XeroUnavailable):
        await hasty.get_fresh(connection_id)
    assert await refreshes(xero) == 0


async def test_only_the_owner_of_the_claim_may_save(
    xero: Xero, store: DatabaseTokenStore, connect: Connect
) -> None:
    """What comes too late changes nothing."""
    connection_id = await connect(await xero.consent(), xero.at.tenant_id, lives=ENDED)
    before = await store.get(connection_id)
    now = CLOCK.now()
    assert await store.claim(before.token_set_id, "one", now, now + timedelta(minutes=1))
    assert not await store.claim(before.token_set_id, "two", now, now + timedelta(minutes=1))
    assert not await store.save_dead(before.token_set_id, "two", "dead", now)
    saved = await store.save_refreshed(
        before.token_set_id,
        "two",
        access_token="a",
        refresh_token="r",
        expires_at=now,
        scopes=(),
        refreshed_at=now,
    )
    await store.release(before.token_set_id, "two")
    assert not saved
    assert not await store.claim(before.token_set_id, "two", now, now + timedelta(minutes=1))
    assert await store.get(connection_id) == before


async def test_the_database_never_sees_a_token(
    xero: Xero, database: Database, keeper: TokenKeeper, connect: Connect
) -> None:
    """Access, refresh and previous token are encrypted in every column."""
    grant = await xero.consent()
    held = await keeper.get_fresh(await connect(grant, xero.at.tenant_id, lives=ENDED))
    async with database.reading() as session:
        row = (await session.execute(select(TokenSetRow))).scalar_one()
    stored = b"".join(filter(None, (row.access_token, row.refresh_token, row.previous_refresh_token)))
    for secret in (grant.refresh_token, held.access_token, held.refresh_token):
        assert secret.encode() not in stored
        assert secret not in repr(held)


async def test_a_connection_that_was_never_authorised_has_no_token(keeper: TokenKeeper) -> None:
    """Only a consent helps."""
    with pytest.raises(AuthorisationLost):
        await keeper.get_fresh(uuid4())


async def test_a_dead_token_set_takes_every_connection_with_it_and_tells_each_partner(
    xero: Xero, database: Database, keeper: TokenKeeper, connect: Connect
) -> None:
    """Active and paused ones alike, in the transaction that closes the token set; what was removed stays removed."""
    second = (await xero.control("POST", "/organisations", name="Second Pty Ltd", country="NZ"))["tenant_id"]
    grant = await xero.consent()
    ids = [await connect(grant, tenant, lives=ENDED) for tenant in (xero.at.tenant_id, second, "gone")]
    states = (ConnectionState.ACTIVE, ConnectionState.PAUSED, ConnectionState.REMOVED)
    async with database.writing() as session:
        for connection_id, state in zip(ids, states, strict=True):
            await save_state(session, connection_id, state, None, CLOCK.now())
    await xero.revoke(grant)
    with pytest.raises(AuthorisationLost):
        await keeper.get_fresh(ids[0])
    async with database.reading() as session:
        found = [await find_connection(session, each) for each in ids]
        told = (await session.execute(select(NoticeRow.connection_id, NoticeRow.type))).all()
    assert [(each.state, each.was_paused) for each in found if each] == [
        (ConnectionState.DISCONNECTED, False),
        (ConnectionState.DISCONNECTED, True),
        (ConnectionState.REMOVED, False),
    ]
    assert sorted(told) == sorted((each, "connection.disconnected") for each in ids[:2])


async def test_only_token_sets_that_were_idle_for_long_and_are_needed_are_kept_alive(
    xero: Xero, database: Database, store: DatabaseTokenStore, connect: Connect
) -> None:
    """Before Xero's sixty days end, whether the connection works or is paused (FACTS 1)."""
    connection_id = await connect(await xero.consent(), xero.at.tenant_id)
    held = await store.get(connection_id)
    month = CLOCK.now() - timedelta(days=30)
    assert await store.list_idle(month, 10) == []
    async with database.writing() as session:
        await session.execute(update(TokenSetRow).values(refreshed_at=month - timedelta(hours=1)))
    assert await store.list_idle(month, 10) == [held.token_set_id]
    async with database.writing() as session:
        await save_state(session, connection_id, ConnectionState.REMOVED, None, CLOCK.now())
    assert await store.list_idle(month, 10) == []
