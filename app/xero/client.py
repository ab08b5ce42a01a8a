"""One SDK client for one organisation and one access token, never shared between organisations.

The SDK keeps its configuration as a process-wide default and re-reads the token while a call is under way, so that one
tenant's call can leave with another's token (FACTS 0.4). Here the token is a constant of the client: a new token means
a new client, and calls that are under way keep the one with which they began. The SDK's models are by-passed both ways:
bodies go out as plain values and answers come back as JSON (unknown words and nulls break its deserialiser, FACTS 6).
"""

from typing import Any

from xero_python.accounting import AccountingApi
from xero_python.api_client import ApiClient
from xero_python.api_client.configuration import Configuration

from app.xero.budget import CallLog
from app.xero.failures import map_failure, parse_json, unanswered
from app.xero.json_values import Json
from app.xero.transport import CountedPool, Timeouts

API_PATH = "/api.xro/2.0"


class XeroClient:
    """Blocking; meant to be called from threads, several at a time."""

    def __init__(
        self, access_token: str, xero_tenant_id: str, api_url: str, timeouts: Timeouts, call_log: CallLog
    ) -> None:
        # Configuration(...) hands out copies of its first instance and ignores arguments after that: what is ours is
        # set on the copy.
        configuration = Configuration()
        configuration.oauth2_token = _Bearer(access_token)
        sdk = ApiClient(configuration)
        tls = sdk.rest_client.pool_manager.connection_pool_kw
        self._pool = CountedPool(tls, timeouts, xero_tenant_id, call_log)
        sdk.rest_client.pool_manager = self._pool
        self._timeout = (timeouts.connect, timeouts.read)
        self._xero_tenant_id = xero_tenant_id
        self._accounting = AccountingApi(sdk, base_url=api_url + API_PATH)

    def call(self, operation: str, *, is_write: bool, **arguments: Any) -> Json:
        """Make one call, `operation` being the SDK's name for it, and give the answer's JSON.

        Raises the errors of `app.xero.failures`. A 304 (nothing modified) is an empty answer, and so may be an empty
        body where a read asked for what was modified (FACTS 8).
        """
        try:
            response = getattr(self._accounting, operation)(
                xero_tenant_id=self._xero_tenant_id,
                _preload_content=False,
                _request_timeout=self._timeout,
                **arguments,
            )
        except Exception as error:
            if _is_unmodified(error):
                return {}
            failure = map_failure(error, is_write=is_write)
            if failure is None:
                raise
            # The SDK's exception holds the whole answer; ours says what matters of it.
            raise failure from None
        may_be_empty = is_write or "if_modified_since" in arguments
        return _read(response.data, is_write=is_write, may_be_empty=may_be_empty)

    def close(self) -> None:
        """Close idle connections; calls under way end undisturbed."""
        self._pool.clear()


class _Bearer:
    """Stands where the SDK expects its own token, which would refresh itself in the middle of a call."""

    __slots__ = ("_header",)

    def __init__(self, access_token: str) -> None:
        self._header = {"in": "header", "key": "Authorization", "value": f"Bearer {access_token}"}

    def __repr__(self) -> str:
        return "_Bearer()"

    def get_auth_settings(self) -> dict[str, str]:
        """What the SDK asks of its token before each request."""
        return self._header


def _is_unmodified(error: Exception) -> bool:
    answer = getattr(error, "http_resp", None)
    return answer is not None and answer.status == 304


def _read(body: bytes, *, is_write: bool, may_be_empty: bool) -> Json:
    if not body and not may_be_empty:
        raise unanswered("Xero's answer is empty", is_write=is_write)
    try:
        parsed = parse_json(body) if body else {}
    except ValueError:
        raise unanswered("Xero's answer is no JSON", is_write=is_write) from None
    if not isinstance(parsed, dict):
        raise unanswered("Xero's answer is not an object", is_write=is_write)
    return parsed
