"""Xero's own SDK, unmodified, with its strict model reading left on, pointed at a sandbox."""

from typing import Any

from xero_python.accounting import AccountingApi
from xero_python.api_client import ApiClient
from xero_python.api_client.configuration import Configuration
from xero_python.api_client.oauth2 import OAuth2Token
from xero_python.identity import IdentityApi

from tests.sandbox.xero.driver import SCOPES, XeroApp


class Sdk:
    """The SDK's API objects, pointed at the sandbox."""

    def __init__(self, app: XeroApp) -> None:
        self.app = app
        self.tenant = app.tenant_id
        self.token = {
            "access_token": app.tokens["access_token"],
            "refresh_token": app.tokens["refresh_token"],
            "scope": SCOPES.split(),
            "expires_in": 1800,
            "expires_at": 9_999_999_999,
            "token_type": "Bearer",
            "id_token": app.tokens["id_token"],
        }
        self.client = ApiClient(Configuration(), pool_threads=1, oauth2_token_getter=lambda: self.token)
        self.client.rest_client.pool_manager.connection_pool_kw["retries"] = False
        secrets = {"client_id": app.xero.client_id, "client_secret": app.xero.client_secret}
        self.client.configuration.oauth2_token = OAuth2Token(**secrets)
        self.accounting = AccountingApi(self.client, base_url=f"{app.xero.root_url}/api.xro/2.0")
        self.identity = IdentityApi(self.client, base_url=app.xero.root_url)

    def close(self) -> None:
        """Let go of its connections."""
        self.client.rest_client.pool_manager.clear()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.accounting, name)
        return lambda *values, **named: method(self.tenant, *values, **named)
