"""One call to a partner's read endpoint, and what came back: a page, a document, nothing there, or why not.

Calls are signed as Standard Webhooks are, over the request's target (path and query) in place of a body, which a GET
has none of; or they carry the partner's own secret. The address is checked at every connection, redirects are not
followed, and an answer is read up to a limit and a time.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import uuid4

import httpx
from pydantic import BaseModel, ValidationError

from app.clock import Clock
from app.delivery.address import Addresses, AddressRefused
from app.delivery.webhook import Recipient, read_beginning, sign
from app.intake.bodies import MalformedBody, read_json
from app.intake.refusals import list_faults
from app.reading.protocol import PAGE_SIZE, PATHS, ReadOne, ReadPage
from app.reading.source import ReadFailed

TIMEOUT = timedelta(seconds=30)
LARGEST_PAGE = 10_000_000

_NOT_FOUND = (404, 410)

Form = TypeVar("Form", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class ReadTarget:
    """Whom to ask: an address with its secrets or its bearer secret, for one connection."""

    recipient: Recipient
    bearer: str | None = field(repr=False)
    connection_id: str
    business_id: str


class PartnerReader:
    """Makes the calls; safe to share between tasks."""

    def __init__(self, http: httpx.AsyncClient, addresses: Addresses, clock: Clock) -> None:
        self._http = http
        self._addresses = addresses
        self._clock = clock

    async def fetch_page(
        self, target: ReadTarget, kind: str, changed_since: str | None, cursor: str | None
    ) -> ReadPage:
        """One page of a list; raises `ReadFailed`."""
        asked = {"changed_since": changed_since, "cursor": cursor, "limit": str(PAGE_SIZE)}
        status, body = await self._get(target, f"/{PATHS[kind]}", asked)
        if status != 200:
            raise ReadFailed(f"the list of {PATHS[kind]} was answered {status}")
        return _parse(ReadPage, body, f"the list of {PATHS[kind]}")

    async def find_document(self, target: ReadTarget, kind: str, partner_id: str) -> Mapping[str, Any] | None:
        """The document of one thing, None where the app has no such thing; raises `ReadFailed`."""
        status, body = await self._get(target, f"/{PATHS[kind]}/{quote(partner_id, safe='')}", {})
        if status in _NOT_FOUND:
            return None
        if status != 200:
            raise ReadFailed(f"{kind} {partner_id} was answered {status}")
        return _parse(ReadOne, body, f"{kind} {partner_id}").document

    async def _get(self, target: ReadTarget, path: str, asked: Mapping[str, str | None]) -> tuple[int, bytes]:
        said = {"connection_id": target.connection_id, "business_id": target.business_id, **asked}
        try:
            self._addresses.check_form(target.recipient.url)
            url = _build_url(target.recipient.url, path, said)
            async with asyncio.timeout(TIMEOUT.total_seconds()):
                headers = self._authorise(target, url)
                async with self._http.stream("GET", url, headers=headers) as answer:
                    body = await read_beginning(answer, LARGEST_PAGE + 1)
        except AddressRefused as refused:
            raise ReadFailed(str(refused)) from None
        except (TimeoutError, httpx.TimeoutException):
            raise ReadFailed(f"no whole answer within {TIMEOUT.total_seconds():g} seconds") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ReadFailed(f"could not be reached ({type(error).__name__})") from None
        if len(body) > LARGEST_PAGE:
            raise ReadFailed(f"an answer is longer than {LARGEST_PAGE} bytes; answer fewer entries at a time")
        return answer.status_code, body

    def _authorise(self, target: ReadTarget, url: httpx.URL) -> dict[str, str]:
        if target.bearer is not None:
            return {"accept": "application/json", "authorization": f"Bearer {target.bearer}"}
        signed = sign(
            target.recipient.secrets, f"req_{uuid4().hex}", self._clock.now(), url.raw_path.decode("ascii")
        )
        return {"accept": "application/json", **signed}


def _build_url(address: str, path: str, said: Mapping[str, str | None]) -> httpx.URL:
    """The address with a path below it; what its query says already stays."""
    url = httpx.URL(address)
    below = url.copy_with(raw_path=url.raw_path.partition(b"?")[0].rstrip(b"/") + path.encode("ascii"))
    wanted = {name: value for name, value in said.items() if value is not None}
    return below.copy_with(params=httpx.QueryParams(url.params).merge(wanted))


def _parse(form: type[Form], body: bytes, what: str) -> Form:
    try:
        return form.model_validate(read_json(body))
    except MalformedBody:
        raise ReadFailed(f"{what} is no JSON") from None
    except ValidationError as invalid:
        faults = list_faults(invalid.errors(include_url=False, include_input=False), form)
        said = "; ".join(f"{fault.field} {fault.message}" for fault in faults[:3])
        raise ReadFailed(f"{what} cannot be read: {said}") from None
