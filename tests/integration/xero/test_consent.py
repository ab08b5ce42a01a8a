"""Consent, connections and disconnection, through the sandbox's own consent page."""

from secrets import token_urlsafe
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.clock import SystemClock
from app.errors import AppRefused, AuthorisationLost, RateLimited, ScopeMissing, XeroUnavailable
from app.xero.oauth import XeroIdentity
from app.xero.registration import Registration
from app.xero.scopes import PURPOSE_OF_SCOPE, list_missing_scopes
from tests.integration.xero.conftest import REDIRECT_URL, Xero


async def test_consent_gives_tokens_that_say_whose_they_are(xero: Xero) -> None:
    """Half an hour of access, every scope that was asked for, and the person's own id (FACTS 1)."""
    grant = await xero.consent()
    lives = (grant.expires_at - SystemClock().now()).total_seconds()
    assert 1790 < lives <= 1800
    assert list_missing_scopes(grant.scopes) == []
    assert grant.xero_user_id
    assert grant.authentication_event_id


async def test_the_connections_of_one_consent_can_be_told(xero: Xero) -> None:
    """The event id in the token narrows the list to what this consent opened."""
    second = (await xero.control("POST", "/organisations", name="Second Pty Ltd", country="NZ"))["tenant_id"]
    await xero.consent()
    grant = await xero.consent(tenant_id=second)
    every = await xero.identity.fetch_connections(grant.access_token)
    (ours,) = await xero.identity.fetch_connections(grant.access_token, grant.authentication_event_id)
    assert {connection.xero_tenant_id for connection in every} == {xero.at.tenant_id, second}
    assert (ours.xero_tenant_id, ours.tenant_name, ours.is_organisation) == (second, "Second Pty Ltd", True)


async def test_the_narrow_list_is_empty_for_an_organisation_that_is_authorised_again(xero: Xero) -> None:
    """It keeps its first event id (FACTS 1): who finds nothing must ask without one."""
    await xero.consent()
    grant = await xero.consent()
    assert await xero.identity.fetch_connections(grant.access_token, grant.authentication_event_id) == []
    assert len(await xero.identity.fetch_connections(grant.access_token)) == 1


async def test_a_code_works_once_and_with_its_own_verifier(xero: Xero) -> None:
    """Whoever caught the code on its way cannot use it (PKCE), and nobody can use it again."""
    verifier = token_urlsafe(64)
    url = xero.identity.build_authorise_url("state-1", verifier)
    for tried in (token_urlsafe(64), verifier):
        back = await xero.http.post(url, data={"decision": "allow"})
        code = parse_qs(urlsplit(back.headers["Location"]).query)["code"][0]
        if tried == verifier:
            await xero.identity.exchange_code(code, tried)
        with pytest.raises(AuthorisationLost):
            await xero.identity.exchange_code(code, tried)


async def test_a_wrong_secret_is_our_fault_and_no_lost_consent(xero: Xero) -> None:
    """A mistake in the configuration must not disconnect anybody."""
    wrong = Registration(
        "nobody", "wrong", REDIRECT_URL, xero.at.root_url, xero.at.root_url, xero.at.root_url
    )
    with pytest.raises(AppRefused):
        await XeroIdentity(wrong, xero.http, SystemClock()).refresh("whatever")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("unavailable_before", XeroUnavailable),
        ("cut_after", XeroUnavailable),
        ("truncated", XeroUnavailable),
        ("rate_limited_minute", RateLimited),
    ],
)
async def test_an_identity_server_in_trouble_costs_no_consent(
    xero: Xero, fault: str, error: type[Exception]
) -> None:
    """No answer is no verdict on a token."""
    grant = await xero.consent()
    await xero.fault(fault, path="/connect/token")
    with pytest.raises(error):
        await xero.identity.refresh(grant.refresh_token)
    assert (await xero.identity.refresh(grant.refresh_token)).access_token != grant.access_token


async def test_disconnecting_takes_one_organisation_and_no_other(xero: Xero) -> None:
    """The same person's other organisations stay; a second call finds nothing to do (FACTS 1)."""
    second = (await xero.control("POST", "/organisations", name="Second Pty Ltd", country="NZ"))["tenant_id"]
    await xero.consent()
    grant = await xero.consent(tenant_id=second)
    connections = await xero.identity.fetch_connections(grant.access_token)
    gone = next(c for c in connections if c.xero_tenant_id == xero.at.tenant_id)
    await xero.identity.delete_connection(grant.access_token, gone.xero_connection_id)
    await xero.identity.delete_connection(grant.access_token, gone.xero_connection_id)
    left = await xero.identity.fetch_connections(grant.access_token)
    assert [connection.xero_tenant_id for connection in left] == [second]
    with pytest.raises(AuthorisationLost):
        xero.client(grant).call("get_organisations", is_write=False)


async def test_a_spent_access_token_lists_no_connections(xero: Xero) -> None:
    """A 401 that is not about scopes is about the token."""
    with pytest.raises(AuthorisationLost):
        await xero.identity.fetch_connections("made-up")


async def test_a_consent_without_a_scope_is_told_from_a_lost_one(xero: Xero) -> None:
    """401 is not always "refresh me" (FACTS 1)."""
    verifier = token_urlsafe(64)
    url = httpx.URL(xero.identity.build_authorise_url("state-1", verifier))
    scopes = " ".join(scope for scope in PURPOSE_OF_SCOPE if scope != "accounting.invoices")
    back = await xero.http.post(url.copy_merge_params({"scope": scopes}), data={"decision": "allow"})
    code = parse_qs(urlsplit(back.headers["Location"]).query)["code"][0]
    grant = await xero.identity.exchange_code(code, verifier)
    assert list_missing_scopes(grant.scopes) == ["accounting.invoices"]
    with pytest.raises(ScopeMissing):
        xero.client(grant).call("get_invoices", is_write=False)
