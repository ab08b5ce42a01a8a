"""Where a consent stands at Xero: removed, refused for a moment, dead, or not to be told; and the end of one entry."""

from datetime import timedelta

import pytest

from app.clock import SystemClock
from app.db.life.tokens import DatabaseTokenStore
from app.errors import AuthorisationLost, XeroUnavailable
from app.xero.consents import XeroConsents
from app.xero.tokens import TokenKeeper
from tests.integration.xero.conftest import Connect, Xero

CLOCK = SystemClock()


@pytest.fixture
def consents(xero: Xero, store: DatabaseTokenStore) -> XeroConsents:
    """What wiring gives the reconcile."""
    return XeroConsents(store, TokenKeeper(store, xero.identities, CLOCK), xero.identities)


async def test_an_organisation_that_xero_no_longer_lists_is_gone(
    xero: Xero, consents: XeroConsents, connect: Connect
) -> None:
    """Disconnected in Xero: the token still works and lists nothing (FACTS 1)."""
    connection_id = await connect(await xero.consent(), xero.at.tenant_id)
    await xero.control("POST", "/disconnect", tenant_id=xero.at.tenant_id)
    assert "no longer lets this app in" in await consents.confirm_loss(connection_id)


async def test_an_organisation_that_xero_still_lists_is_not_lost(
    xero: Xero, consents: XeroConsents, connect: Connect
) -> None:
    """One 403 among good answers ends nothing: it is tried again."""
    connection_id = await connect(await xero.consent(), xero.at.tenant_id)
    with pytest.raises(XeroUnavailable, match="still lists it"):
        await consents.confirm_loss(connection_id)


async def test_a_wrong_tenant_is_told_from_a_working_one(
    xero: Xero, consents: XeroConsents, connect: Connect
) -> None:
    """The person's consent lives, but not for this organisation."""
    second = (await xero.control("POST", "/organisations", name="Second Pty Ltd", country="NZ"))["tenant_id"]
    connection_id = await connect(await xero.consent(), second)
    assert "no longer lets this app in" in await consents.confirm_loss(connection_id)


async def test_a_list_that_does_not_come_is_no_verdict(
    xero: Xero, consents: XeroConsents, connect: Connect
) -> None:
    """While Xero does not answer nothing ends."""
    connection_id = await connect(await xero.consent(), xero.at.tenant_id)
    await xero.control("POST", "/disconnect", tenant_id=xero.at.tenant_id)
    await xero.fault("unavailable_before", path="/connections")
    with pytest.raises(XeroUnavailable):
        await consents.confirm_loss(connection_id)


async def test_a_token_revoked_in_the_middle_is_found_out_by_a_refresh(
    xero: Xero, consents: XeroConsents, connect: Connect
) -> None:
    """The list answers 401, the refresh invalid_grant: only then it is the consent."""
    grant = await xero.consent()
    connection_id = await connect(grant, xero.at.tenant_id)
    await xero.revoke(grant)
    assert "withdrawn" in await consents.confirm_loss(connection_id)


async def test_a_token_that_ended_while_xero_was_asked_is_renewed(
    xero: Xero, consents: XeroConsents, connect: Connect
) -> None:
    """401 once is about the token, not about the consent."""
    connection_id = await connect(await xero.consent(), xero.at.tenant_id)
    await xero.fault("token_expired", path="/connections")
    with pytest.raises(XeroUnavailable, match="still lists it"):
        await consents.confirm_loss(connection_id)


async def test_the_scopes_that_a_consent_lacks_are_read_from_it(
    xero: Xero, consents: XeroConsents, store: DatabaseTokenStore, connect: Connect
) -> None:
    """By the consent's own word, without a call."""
    connection_id = await connect(await xero.consent(), xero.at.tenant_id)
    held = await store.get(connection_id)
    now = CLOCK.now()
    await store.claim(held.token_set_id, "me", now, now + timedelta(minutes=1))
    await store.save_refreshed(
        held.token_set_id,
        "me",
        access_token=held.access_token,
        refresh_token=held.refresh_token,
        expires_at=held.expires_at,
        scopes=[scope for scope in held.scopes if scope != "accounting.payments"],
        refreshed_at=now,
    )
    assert await consents.list_missing_scopes(connection_id) == ["accounting.payments"]


async def test_deleting_an_entry_takes_no_other_and_may_be_repeated(
    xero: Xero, consents: XeroConsents, store: DatabaseTokenStore, connect: Connect
) -> None:
    """The person's other organisation stays connected (FACTS 1)."""
    second = (await xero.control("POST", "/organisations", name="Second Pty Ltd", country="NZ"))["tenant_id"]
    await connect(await xero.consent(), xero.at.tenant_id)
    grant = await xero.consent(tenant_id=second)
    connection_id = await connect(grant, second, lives=timedelta(seconds=-1))
    token_set_id = (await store.get(connection_id)).token_set_id
    entries = await xero.identity.fetch_connections(grant.access_token)
    entry = next(each for each in entries if each.xero_tenant_id == second)
    for _ in range(2):
        await consents.delete_connection(token_set_id, entry.xero_connection_id)
    state = await xero.control("GET", "/state")
    assert [each["tenant_id"] for each in state["connections"]] == [xero.at.tenant_id]


async def test_a_dead_consent_can_delete_nothing(
    xero: Xero, consents: XeroConsents, store: DatabaseTokenStore, connect: Connect
) -> None:
    """Which is said, so that somebody can do it in Xero."""
    grant = await xero.consent()
    connection_id = await connect(grant, xero.at.tenant_id, lives=timedelta(seconds=-1))
    await xero.revoke(grant)
    with pytest.raises(AuthorisationLost):
        await consents.delete_connection((await store.get(connection_id)).token_set_id, "entry")
