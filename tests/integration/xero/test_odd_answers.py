"""Answers over HTTP that are no answers: each is noticed as a whole, and none is taken for an empty list."""

import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.clock import SystemClock
from app.db.life.tokens import DatabaseTokenStore
from app.errors import OutcomeUnknown, XeroUnavailable
from app.xero.budget import ignore_call
from app.xero.client import XeroClient
from app.xero.oauth import XeroIdentity
from app.xero.organisation import XeroSdkOrganisation
from app.xero.organisations import XeroSdkOrganisations
from app.xero.registration import Registration
from tests.integration.xero.conftest import PATIENT, REDIRECT_URL, Connect, Xero
from tests.integration.xero.odd_server import OddServer
from tests.loopback import NO_CERTIFICATES

DEEP = b"[" * 100_000 + b"]" * 100_000
GRANT = {"access_token": "a.b.c", "refresh_token": "r-2", "expires_in": 1800, "scope": "offline_access"}


@pytest.fixture
async def identity(odd: OddServer) -> AsyncIterator[XeroIdentity]:
    """Our app at an identity server that answers oddly."""
    registration = Registration("app-1", "secret", REDIRECT_URL, odd.url, odd.url, odd.url)
    async with httpx.AsyncClient(verify=NO_CERTIFICATES, trust_env=False) as http:
        yield XeroIdentity(registration, http, SystemClock())


@pytest.fixture
async def organisation(
    xero: Xero, odd: OddServer, store: DatabaseTokenStore, connect: Connect
) -> XeroSdkOrganisation:
    """An organisation that answers oddly."""
    connection_id = await connect(await xero.consent(), xero.at.tenant_id)
    return await XeroSdkOrganisations(odd.url, store, xero.identities, SystemClock()).open(connection_id)


@pytest.mark.parametrize(
    "body",
    [
        {"Status": "OK"},
        {"Invoices": None},
        {"Invoices": {}},
        {"Invoices": [None]},
        {"Invoices": ["x"]},
        {},
        b"",
    ],
)
async def test_what_has_no_list_is_not_an_empty_one(
    odd: OddServer, organisation: XeroSdkOrganisation, body: Any
) -> None:
    """Read as an empty list, it would say that Xero has no such invoice: it would be made once more, or be missing."""
    odd.answer(200, body)
    with pytest.raises(XeroUnavailable):
        await organisation.invoices.fetch_by_number(["N-1"])
    with pytest.raises(XeroUnavailable):
        await organisation.invoices.fetch(["1f0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10"])


def test_what_is_nested_without_end_is_no_answer(odd: OddServer) -> None:
    """The parser's own limit is met before the memory's; a write may have been done."""
    client = XeroClient("token-1", "tenant-1", odd.url, PATIENT, ignore_call)
    odd.answer(200, DEEP)
    with pytest.raises(XeroUnavailable):
        client.call("get_invoices", is_write=False)
    with pytest.raises(OutcomeUnknown):
        client.call("create_invoices", is_write=True, invoices={"Invoices": []}, idempotency_key="k-1")


@pytest.mark.parametrize(
    "body",
    [
        {**GRANT, "refresh_token": None},
        {**GRANT, "access_token": {"a": 1}},
        {**GRANT, "refresh_token": ""},
        [GRANT],
        "token",
        DEEP,
        b"",
    ],
)
async def test_what_is_no_token_is_never_kept_as_one(
    odd: OddServer, identity: XeroIdentity, body: Any
) -> None:
    """A null that was kept as the word None would cost the consent half an hour later."""
    odd.answer(200, body)
    with pytest.raises(XeroUnavailable):
        await identity.refresh("r-1")


@pytest.mark.parametrize("says", [None, "soon", 1e300, -5, True, "1800.0", "\x00"])
async def test_good_tokens_are_kept_whatever_is_said_of_their_end(
    odd: OddServer, identity: XeroIdentity, says: object
) -> None:
    """Xero has put the old refresh token out of use: the new one must not be thrown away with its answer."""
    odd.answer(200, json.dumps({**GRANT, "expires_in": says}).encode())
    before = SystemClock().now()
    grant = await identity.refresh("r-1")
    assert grant.refresh_token == "r-2"
    assert 1790 < (grant.expires_at - before).total_seconds() < 1900


async def test_a_body_that_cannot_be_unpacked_is_no_answer(odd: OddServer, identity: XeroIdentity) -> None:
    """It is cut in the middle of its coding, by whatever stands between Xero and us."""
    odd.answer(200, gzip.compress(json.dumps(GRANT).encode())[:20], Content_Encoding="gzip")
    with pytest.raises(XeroUnavailable):
        await identity.refresh("r-1")


@pytest.mark.parametrize(
    "entry", [None, {}, {"id": "c-1"}, {"id": "c-1", "tenantId": None, "tenantName": "Plumbers"}]
)
async def test_a_list_of_connections_with_one_that_has_no_id_says_nothing(
    odd: OddServer, identity: XeroIdentity, entry: Any
) -> None:
    """Whose it is cannot be told; left out, a business would be taken for disconnected."""
    odd.answer(200, [entry])
    with pytest.raises(XeroUnavailable):
        await identity.fetch_connections("token-1")
