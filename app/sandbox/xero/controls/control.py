"""The control address: what a test or a demo may see and set of the sandbox itself (JSON, no authentication).

GET /control lists every address below it and every fault. Here: state, calls, exchanges (bodies), organisations and
their facts, faults, clock, limits, latency, idempotency, webhooks, disconnecting. What may be switched for one
organisation is in `organisation_controls`; what persons do in `people`, `people_credits`, `people_settings`. Nothing of
it is Xero's, nothing is counted or logged as a call.
"""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.sandbox.troubles import FAULTS, SWITCHES, WEBHOOK_TROUBLES
from app.sandbox.xero.books.organisation import COUNTRIES, Organisation
from app.sandbox.xero.controls.control_answers import ControlError, organisation_of, read_json, whole_number
from app.sandbox.xero.forms.answers import answer_json
from app.sandbox.xero.memory.sandbox import sandbox_of


def _summary(organisation: Organisation) -> dict[str, Any]:
    return {
        "tenant_id": organisation.tenant_id,
        "name": organisation.name,
        "country": organisation.country,
        "invoices": len(organisation.invoices),
        "contacts": len(organisation.contacts),
        "payments": len(organisation.payments),
    }


async def _index(request: Request) -> Response:
    """Every control address with its method, every trouble that can be ordered, and every switch."""
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    addresses = [
        f"{method} {route.path}"
        for route in routes
        if route.path.startswith("/control")
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]
    switches = {name: asdict(switch) for name, switch in SWITCHES.items()}
    return answer_json(
        {"addresses": addresses, "faults": FAULTS, "webhooks": WEBHOOK_TROUBLES, "switches": switches}
    )


async def _state(request: Request) -> Response:
    sandbox = sandbox_of(request)
    connections = [
        {"connection_id": c.connection_id, "tenant_id": c.tenant_id, "user": c.user}
        for app in sandbox.apps
        for c in app.connections.values()
    ]
    return answer_json(
        {
            "organisations": [_summary(organisation) for organisation in sandbox.organisations.values()],
            "clock": sandbox.clock.now().isoformat(),
            "connections": connections,
            "calls": sandbox.calls.since(0)["last"],
            "latency_ms": sandbox.latency_ms,
        }
    )


async def _calls(request: Request) -> Response:
    since = request.query_params.get("since", "0")
    if not since.isdigit():
        raise ControlError("since must be a whole number")
    return answer_json(sandbox_of(request).calls.since(int(since)))


async def _set_exchanges(request: Request) -> Response:
    exchanges = sandbox_of(request).exchanges
    exchanges.keep = whole_number(await read_json(request), "keep", 0)
    return answer_json({"keep": exchanges.keep})


async def _take_exchanges(request: Request) -> Response:
    return answer_json({"exchanges": sandbox_of(request).exchanges.take()})


async def _add_organisation(request: Request) -> Response:
    wish = await read_json(request)
    country, name = wish.get("country", "AU"), wish.get("name")
    if country not in COUNTRIES or not isinstance(name, str) or not name:
        raise ControlError(f"name and a country of {', '.join(COUNTRIES)} are needed")
    organisation = sandbox_of(request).add_organisation(name, country, wish.get("base_currency"))
    return answer_json(_summary(organisation), 201)


async def _set_facts(request: Request) -> Response:
    """Lock dates (null clears), name, currencies, the United Kingdom's CIS; any other fact is shown as it is given."""
    _, organisation = organisation_of(request)
    wish = await read_json(request)
    for name, attribute in (
        ("period_lock_date", "period_lock_on"),
        ("end_of_year_lock_date", "year_lock_on"),
    ):
        if name in wish:
            setattr(organisation, attribute, _day(wish.pop(name)))
    if "currencies" in wish:
        organisation.currencies = {organisation.base_currency, *map(str, wish.pop("currencies"))}
    if wish.pop("construction_industry_scheme", False):
        organisation.chart.add_scheme(organisation.country, organisation.clock.now())
    organisation.name = str(wish.pop("name", organisation.name))
    organisation.extra_facts |= wish
    return answer_json({**_summary(organisation), "organisation": organisation.view()})


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except (TypeError, ValueError):
        raise ControlError("a lock date must be YYYY-MM-DD or null") from None


async def _order_fault(request: Request) -> Response:
    sandbox = sandbox_of(request)
    try:
        fault = sandbox.faults.order(await read_json(request), sandbox.organisations)
    except ValueError as error:
        raise ControlError(str(error)) from None
    return answer_json({"id": fault.id}, 201)


async def _list_faults(request: Request) -> Response:
    return answer_json({"faults": sandbox_of(request).faults.view()})


async def _clear_faults(request: Request) -> Response:
    sandbox_of(request).faults.clear()
    return Response(status_code=204)


async def _lift_fault(request: Request) -> Response:
    if not sandbox_of(request).faults.lift(int(request.path_params["fault_id"])):
        raise ControlError("no such fault", 404)
    return Response(status_code=204)


async def _advance_clock(request: Request) -> Response:
    sandbox = sandbox_of(request)
    seconds = whole_number(await read_json(request), "advance_seconds", 0)
    now = sandbox.clock.advance(timedelta(seconds=seconds))
    sandbox.webhooks.wake()
    return answer_json({"clock": now.isoformat()})


async def _set_limits(request: Request) -> Response:
    limits = sandbox_of(request).limits
    wish = await read_json(request)
    for name in ("minute", "day", "concurrent", "app_minute"):
        setattr(limits, name, whole_number(wish, name, getattr(limits, name)))
    return answer_json(
        {name: getattr(limits, name) for name in ("minute", "day", "concurrent", "app_minute")}
    )


async def _set_latency(request: Request) -> Response:
    sandbox = sandbox_of(request)
    sandbox.latency_ms = whole_number(await read_json(request), "milliseconds", 0)
    return answer_json({"milliseconds": sandbox.latency_ms})


async def _set_idempotency(request: Request) -> Response:
    store = sandbox_of(request).idempotency
    scope = (await read_json(request)).get("scope", "app")
    if scope not in SWITCHES["scope"].values:
        raise ControlError("scope must be app or access_token")
    store.scope = scope
    return answer_json({"scope": store.scope})


async def _set_webhooks(request: Request) -> Response:
    """Change settings; a url that is sent is subscribed to at once, with its intent to receive."""
    webhooks = sandbox_of(request).webhooks
    wish = await read_json(request)
    known = {"url", "sequence_scope", *WEBHOOK_TROUBLES}
    if wish.keys() - known:
        raise ControlError(f"unknown settings: {', '.join(sorted(wish.keys() - known))}")
    sequence_scope = wish.get("sequence_scope", webhooks.queue.sequence_scope)
    if sequence_scope not in SWITCHES["sequence_scope"].values:
        raise ControlError("sequence_scope must be subscription or tenant")
    mode = wish.get("mode", webhooks.queue.mode)
    if mode not in ("live", "held"):
        raise ControlError("mode must be live or held")
    for name in ("delay_ms", "batch_size", "lose_next", "double_next"):
        setattr(webhooks.queue, name, whole_number(wish, name, getattr(webhooks.queue, name)))
    webhooks.wrong_signature_next = whole_number(wish, "wrong_signature_next", webhooks.wrong_signature_next)
    webhooks.queue.mode, webhooks.queue.sequence_scope = mode, sequence_scope
    webhooks.queue.shuffle = bool(wish.get("shuffle", webhooks.queue.shuffle))
    if "url" in wish:
        webhooks.url, webhooks.intent = wish["url"], None
        if webhooks.url:
            await webhooks.exchange_intent()
    webhooks.wake()
    return answer_json(webhooks.view())


async def _get_webhooks(request: Request) -> Response:
    return answer_json(sandbox_of(request).webhooks.view())


async def _flush_webhooks(request: Request) -> Response:
    log = await sandbox_of(request).webhooks.deliver(everything=True)
    return answer_json({"posts": log, "events": sum(len(post["events"]) for post in log)})


async def _exchange_intent(request: Request) -> Response:
    return answer_json(await sandbox_of(request).webhooks.exchange_intent())


async def _disconnect(request: Request) -> Response:
    sandbox = sandbox_of(request)
    tenant_id = str((await read_json(request)).get("tenant_id", "")).lower()
    if tenant_id not in sandbox.organisations:
        raise ControlError("no such organisation", 404)
    return answer_json({"disconnected": sum(app.disconnect(tenant_id) for app in sandbox.apps)})


async def _add_app(request: Request) -> Response:
    """Register another app, as a developer does in Xero's portal."""
    app = sandbox_of(request).add_app()
    return answer_json({"client_id": app.client_id, "client_secret": app.client_secret}, 201)


def build_control_routes() -> list[Route]:
    """The routes below `/control`, but for those of persons."""
    return [
        Route("/control", _index, methods=["GET"]),
        Route("/control/state", _state, methods=["GET"]),
        Route("/control/calls", _calls, methods=["GET"]),
        Route("/control/exchanges", _set_exchanges, methods=["PUT"]),
        Route("/control/exchanges", _take_exchanges, methods=["DELETE"]),
        Route("/control/organisations", _add_organisation, methods=["POST"]),
        Route("/control/organisations/{tenant_id}/facts", _set_facts, methods=["POST"]),
        Route("/control/faults", _order_fault, methods=["POST"]),
        Route("/control/faults", _list_faults, methods=["GET"]),
        Route("/control/faults", _clear_faults, methods=["DELETE"]),
        Route("/control/faults/{fault_id:int}", _lift_fault, methods=["DELETE"]),
        Route("/control/clock", _advance_clock, methods=["POST"]),
        Route("/control/limits", _set_limits, methods=["PUT"]),
        Route("/control/latency", _set_latency, methods=["PUT"]),
        Route("/control/idempotency", _set_idempotency, methods=["PUT"]),
        Route("/control/webhooks", _set_webhooks, methods=["PUT"]),
        Route("/control/webhooks", _get_webhooks, methods=["GET"]),
        Route("/control/webhooks/flush", _flush_webhooks, methods=["POST"]),
        Route("/control/webhooks/intent", _exchange_intent, methods=["POST"]),
        Route("/control/disconnect", _disconnect, methods=["POST"]),
        Route("/control/apps", _add_app, methods=["POST"]),
    ]
