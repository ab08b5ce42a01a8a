"""OAuth as Xero does it (FACTS 1): consent, codes, rotation with its grace, and the three ways to be refused."""

import base64
import hashlib
import json
from typing import Any

from tests.sandbox.xero.driver import CALLBACK, XeroApp


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a JWT-shaped token."""
    part = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def test_the_consent_page_shows_scopes_and_organisations_and_cannot_be_framed(stranger: XeroApp) -> None:
    """A person sees what is asked for, and in whose name."""
    page = stranger.http.get(stranger.authorise_path())
    assert "accounting.invoices" in page.text
    assert "Wattle Plumbing" in page.text
    assert page.headers["x-frame-options"] == "DENY"


def test_cancel_sends_access_denied_back_with_the_state(stranger: XeroApp) -> None:
    """A refusal is the person's answer, not an error of the server."""
    answer = stranger.http.post(stranger.authorise_path(), data={"decision": "cancel"})
    assert answer.headers["location"] == f"{CALLBACK}?error=access_denied&state=s1"


def test_redirects_to_a_bare_loopback_address_are_refused(stranger: XeroApp) -> None:
    """http://localhost may be used, http://127.0.0.1 may not."""
    answer = stranger.http.get(stranger.authorise_path(redirect_uri="http://127.0.0.1:8000/callback"))
    assert answer.status_code == 400
    assert "Invalid redirect_uri" in answer.text


def test_broad_scopes_are_invalid_for_a_new_app(stranger: XeroApp) -> None:
    """Apps made after March 2026 have granular scopes only."""
    answer = stranger.http.get(stranger.authorise_path(scope="accounting.transactions offline_access"))
    assert "invalid_scope" in answer.text


def test_a_code_works_once_and_for_five_minutes(stranger: XeroApp) -> None:
    """Codes are single-use and short-lived."""
    code = stranger.consent()
    assert stranger.redeem(code).status_code == 200
    assert stranger.redeem(code).json() == {"error": "invalid_grant"}
    late = stranger.consent()
    stranger.control("POST", "/clock", advance_seconds=301)
    assert stranger.redeem(late).json() == {"error": "invalid_grant"}


def test_a_code_with_a_challenge_needs_its_verifier(stranger: XeroApp) -> None:
    """PKCE S256."""
    verifier = "v" * 50
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    wishes = {"code_challenge": challenge, "code_challenge_method": "S256"}
    assert stranger.redeem(stranger.consent(**wishes), code_verifier="w" * 50).status_code == 400
    assert stranger.redeem(stranger.consent(**wishes), code_verifier=verifier).status_code == 200


def test_a_wrong_client_secret_is_an_invalid_client(stranger: XeroApp) -> None:
    """Client authentication is HTTP Basic."""
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    answer = stranger.http.post("/connect/token", auth=(stranger.xero.client_id, "wrong"), data=form)
    assert answer.json() == {"error": "invalid_client"}


def test_tokens_carry_xeros_claims_and_lifetimes(app: XeroApp) -> None:
    """The access token lives thirty minutes and names its consent."""
    claims = claims_of(app.tokens["access_token"])
    assert app.tokens["expires_in"] == 1800
    assert claims["exp"] - claims["nbf"] == 1800
    assert {"authentication_event_id", "xero_userid", "scope"} <= claims.keys()
    [connection] = app.http.get("/connections", headers=app.headers).json()
    assert connection["authEventId"] == claims["authentication_event_id"]
    assert connection["tenantType"] == "ORGANISATION"


def test_the_previous_refresh_token_may_be_retried_for_thirty_minutes(app: XeroApp) -> None:
    """A lost answer does not lose the connection; after the grace the old token is dead."""
    first = app.tokens["refresh_token"]
    assert app.refresh(first).json()["refresh_token"] != first
    retried = app.refresh(first)
    assert retried.status_code == 200
    app.control("POST", "/clock", advance_seconds=1801)
    late = app.refresh(first)
    assert (late.status_code, late.json()) == (400, {"error": "invalid_grant"})
    assert app.refresh(retried.json()["refresh_token"]).status_code == 200


def test_a_retry_ends_the_token_of_the_lost_answer(app: XeroApp) -> None:
    """Two that refresh the same token race, and the first loses (FACTS 7.4)."""
    first = app.tokens["refresh_token"]
    loser = app.refresh(first).json()["refresh_token"]
    winner = app.refresh(first).json()["refresh_token"]
    assert app.refresh(loser).status_code == 400
    assert app.refresh(winner).status_code == 200


def test_a_refresh_token_dies_after_sixty_unused_days(app: XeroApp) -> None:
    """An unused connection is lost."""
    app.control("POST", "/clock", advance_seconds=60 * 86_400 + 1)
    assert app.refresh(app.tokens["refresh_token"]).json() == {"error": "invalid_grant"}


def test_an_expired_access_token_says_so(app: XeroApp) -> None:
    """401 TokenExpired is the one 401 that a refresh helps."""
    app.control("POST", "/clock", advance_seconds=1801)
    answer = app.call("GET", "/Organisation")
    assert answer.status_code == 401
    assert answer.json()["Detail"].startswith("TokenExpired: token expired at ")


def test_a_missing_scope_is_a_401_that_no_refresh_helps(stranger: XeroApp) -> None:
    """401 AuthorizationUnsuccessful with insufficient_scope."""
    stranger.connect(scope="offline_access accounting.contacts.read")
    answer = stranger.call("GET", "/Invoices")
    assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthorizationUnsuccessful")
    assert answer.headers["www-authenticate"] == "insufficient_scope"
    assert stranger.call("GET", "/Contacts").status_code == 200
    assert stranger.call("PUT", "/Contacts", {"Name": "A"}).status_code == 401


def test_scopes_add_up_over_consents(stranger: XeroApp) -> None:
    """A second consent widens, it does not replace."""
    stranger.connect(scope="offline_access accounting.contacts.read")
    stranger.connect(scope="offline_access accounting.invoices")
    assert stranger.call("GET", "/Contacts").status_code == 200
    assert stranger.call("GET", "/Invoices").status_code == 200


def test_a_wrong_tenant_is_forbidden(app: XeroApp) -> None:
    """403 AuthenticationUnsuccessful with a good token: disconnected, or never connected."""
    other = app.control("POST", "/organisations", name="Other Ltd", country="NZ")["tenant_id"]
    answer = app.call("GET", "/Organisation", headers={"xero-tenant-id": other})
    assert (answer.status_code, answer.json()["Detail"]) == (403, "AuthenticationUnsuccessful")


def test_a_person_who_removes_the_app_leaves_a_living_token_without_connections(app: XeroApp) -> None:
    """What a disconnected organisation looks like (FACTS 1)."""
    app.control("POST", "/disconnect", tenant_id=app.tenant_id)
    assert app.call("GET", "/Invoices").json()["Detail"] == "AuthenticationUnsuccessful"
    assert app.http.get("/connections", headers=app.headers).json() == []


def test_a_connection_is_deleted_by_its_own_id_only(app: XeroApp) -> None:
    """The tenant id in its place is forbidden; the right id answers 204."""
    [connection] = app.http.get("/connections", headers=app.headers).json()
    assert app.http.delete(f"/connections/{app.tenant_id}", headers=app.headers).status_code == 403
    assert app.http.delete(f"/connections/{connection['id']}", headers=app.headers).status_code == 204
    assert app.call("GET", "/Organisation").status_code == 403


def test_a_tenant_that_is_authorised_again_keeps_its_first_auth_event(app: XeroApp) -> None:
    """The list filtered by the new consent comes back empty."""
    first = claims_of(app.tokens["access_token"])["authentication_event_id"]
    app.connect()
    second = claims_of(app.tokens["access_token"])["authentication_event_id"]
    assert second != first
    assert app.http.get(f"/connections?authEventId={second}", headers=app.headers).json() == []
    [connection] = app.http.get("/connections", headers=app.headers).json()
    assert connection["authEventId"] == first


def test_revocation_removes_every_connection_of_the_user_and_of_nobody_else(app: XeroApp) -> None:
    """An accountant's revocation disconnects all of that accountant's customers."""
    other = app.control("POST", "/organisations", name="Other Ltd", country="NZ")["tenant_id"]
    app.connect(tenant_id=other)
    mine = app.tokens["refresh_token"]
    app.connect(user="second@sandbox.example")
    credentials = (app.xero.client_id, app.xero.client_secret)
    assert app.http.post("/connect/revocation", auth=credentials, data={"token": mine}).status_code == 200
    assert [c["tenantId"] for c in app.http.get("/connections", headers=app.headers).json()] == [
        app.tenant_id
    ]
    assert app.refresh(mine).status_code == 400


def test_one_consent_may_cover_several_organisations(stranger: XeroApp) -> None:
    """All carry the event id of that consent; an app that asks for one at a time gets no more."""
    second = stranger.control("POST", "/organisations", name="Second Pty Ltd", country="NZ")["tenant_id"]
    form = {"decision": "allow", "user": stranger.user, "tenant_id": [stranger.tenant_id, second]}
    answer = stranger.http.post(stranger.authorise_path(), data=form)
    code = answer.headers["location"].split("code=")[1].split("&")[0]
    stranger.tokens = stranger.redeem(code).json()
    event = claims_of(stranger.tokens["access_token"])["authentication_event_id"]
    listed = stranger.http.get("/connections", headers=stranger.headers, params={"authEventId": event}).json()
    assert {each["tenantId"] for each in listed} == {stranger.tenant_id, second}
    alone = stranger.authorise_path(acr_values="bulk_connect:false")
    assert stranger.http.post(alone, data=form).status_code == 400


def test_another_app_shares_nothing_with_the_first(stranger: XeroApp) -> None:
    """Consents, tokens and connections belong to a person and one app."""
    other = stranger.control("POST", "/apps")
    stranger.connect()
    path = stranger.authorise_path(client_id=other["client_id"])
    answer = stranger.http.post(path, data={"decision": "allow", "user": stranger.user})
    code = answer.headers["location"].split("code=")[1].split("&")[0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    assert stranger.ask_token(**form).json() == {"error": "invalid_grant"}
    credentials = (other["client_id"], other["client_secret"])
    theirs = stranger.http.post("/connect/token", auth=credentials, data=form).json()
    shown = [
        stranger.http.get(
            "/connections", headers={"authorization": f"Bearer {tokens['access_token']}"}
        ).json()
        for tokens in (stranger.tokens, theirs)
    ]
    assert [len(each) for each in shown] == [1, 1]
    assert shown[0][0]["id"] != shown[1][0]["id"]
