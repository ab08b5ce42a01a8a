"""What a person's browser is sent to Xero with."""

import base64
import hashlib
from secrets import token_urlsafe
from urllib.parse import parse_qs, urlsplit

import httpx

from app.clock import ManualClock
from app.xero.oauth import Grant, XeroIdentity
from app.xero.registration import Registration
from app.xero.scopes import INDISPENSABLE, PURPOSE_OF_SCOPE, list_missing_scopes

REGISTRATION = Registration("client-1", "s3cret", "https://plumb.example/callback")


def test_the_authorise_address_holds_all_that_xero_needs_and_no_secret() -> None:
    """Code flow with state and an S256 challenge (FACTS 1)."""
    verifier = token_urlsafe(64)
    url = XeroIdentity(REGISTRATION, httpx.AsyncClient(), ManualClock()).build_authorise_url(
        "st/ate", verifier
    )
    address, query = urlsplit(url), parse_qs(urlsplit(url).query)
    assert f"{address.scheme}://{address.netloc}{address.path}" == (
        "https://login.xero.com/identity/connect/authorize"
    )
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert query == {
        "response_type": ["code"],
        "client_id": ["client-1"],
        "redirect_uri": ["https://plumb.example/callback"],
        "scope": [" ".join(PURPOSE_OF_SCOPE)],
        "state": ["st/ate"],
        "code_challenge": [challenge],
        "code_challenge_method": ["S256"],
    }
    assert "s3cret" not in url
    assert verifier not in url


def test_every_scope_has_a_sentence_for_a_person() -> None:
    """Nobody is asked for what is not explained."""
    assert all(purpose.endswith(".") and len(purpose) > 20 for purpose in PURPOSE_OF_SCOPE.values())
    assert set(INDISPENSABLE) <= set(PURPOSE_OF_SCOPE)
    assert not [scope for scope in PURPOSE_OF_SCOPE if scope.startswith("accounting.transactions")]


def test_a_consent_that_lacks_a_scope_is_noticed() -> None:
    """Old broad scopes do not stand in for the granular ones."""
    assert list_missing_scopes(PURPOSE_OF_SCOPE) == []
    assert list_missing_scopes(["offline_access", "accounting.contacts", "accounting.transactions"]) == [
        "accounting.invoices",
        "accounting.payments",
        "accounting.banktransactions",
        "accounting.settings",
    ]


def test_secrets_do_not_show() -> None:
    """A registration or a grant in a log gives nothing away."""
    grant = Grant("acc3ss", "r3fresh", ManualClock().now(), (), "", None)
    assert "s3cret" not in repr(REGISTRATION)
    assert "acc3ss" not in repr(grant)
    assert "r3fresh" not in repr(grant)
