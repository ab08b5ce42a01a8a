"""The ways: from the outside to Plumbline's own public address, and from here to Xero, with Xero's clock."""

from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

import httpx

from app.commands.examination.finding import Finding, failed, judge_skew, passed
from app.commands.examination.ground import Ground

_SECOND = timedelta(seconds=1)


async def check_public_address(ground: Ground) -> Finding:
    """Plumbline is where Xero, partners and browsers look for it. Seen from this machine only."""
    url = f"{ground.settings.public_url}/healthz"
    cure = "Start `serve`, and let the proxy pass PLUMBLINE_PUBLIC_URL on to it: Xero and partners call that address."
    try:
        answer = await ground.http.get(url)
    except httpx.HTTPError as error:
        return failed("public address", f"{url} gives no answer ({type(error).__name__}).", cure)
    if answer.status_code != 200 or '"ok"' not in answer.text:
        return failed(
            "public address", f"{url} answers {answer.status_code}, and not as Plumbline does.", cure
        )
    return passed("public address", f"{url} answers.")


async def check_xero_identity(ground: Ground) -> Finding:
    """Tokens are refreshed there."""
    return await _reach(ground, "xero identity", f"{ground.settings.xero_identity_url}/connect/token")


async def check_xero_api(ground: Ground) -> Finding:
    """Invoices are read and written there. Without a token it refuses, which is an answer, and costs no call."""
    return await _reach(ground, "xero api", f"{ground.settings.xero_api_url}/connections")


async def check_xero_clock(ground: Ground) -> Finding:
    """Xero and this machine have the same time, by the Date of an answer, which has whole seconds."""
    answer = await ground.http.get(f"{ground.settings.xero_identity_url}/connect/token")
    dated = answer.headers.get("date")
    if dated is None:
        return passed("xero clock", "Xero's answer has no date.")
    at = parsedate_to_datetime(dated).astimezone(UTC)
    now = ground.clock.now()
    skew = at + _SECOND / 2 - now
    return judge_skew("xero clock", "Xero's clock", timedelta() if abs(skew) <= 2 * _SECOND else skew)


async def _reach(ground: Ground, check: str, url: str) -> Finding:
    cure = "Let this machine reach Xero by https: its network, its proxy, its name server, its certificates."
    try:
        answer = await ground.http.get(url)
    except httpx.HTTPError as error:
        return failed(check, f"{url} gives no answer ({type(error).__name__}).", cure)
    if answer.status_code >= 500:
        told = f"{url} answers {answer.status_code}."
        return failed(check, told, "Look at Xero's status page; work waits, and resumes.")
    return passed(check, f"{url} answers.")
