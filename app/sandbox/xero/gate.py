"""The way into the accounting API: token, scope, tenant, limits, idempotency, then the endpoint (FACTS 1, 2, 4.9).

The order is Xero's: a call is counted before its idempotency key is looked at, and a 401 or 403 is never counted. From
the look at the key to the end of the write nothing else runs, so each request is carried out whole.
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.endpoints.ask import Ask
from app.sandbox.xero.forms.answers import answer_error, answer_missing, answer_not_built, answer_problem
from app.sandbox.xero.forms.listing import Question
from app.sandbox.xero.forms.refusals import Missing, NotBuilt, PostDataInvalid, QueryNotUnderstood
from app.sandbox.xero.memory.bearer import bearer_of, find_access, refuse_scope, refuse_stranger
from app.sandbox.xero.memory.limits import LimitReached
from app.sandbox.xero.memory.sandbox import Sandbox, sandbox_of
from app.sandbox.xero.scopes import is_covered

Endpoint = Callable[[Ask], Response]
View = Callable[[Request], Awaitable[Response]]


def guard(resource: str, endpoint: Endpoint) -> View:
    """The endpoint behind the gate, as a Starlette view."""

    async def view(request: Request) -> Response:
        sandbox = sandbox_of(request)
        admitted = _admit(sandbox, request, resource)
        if isinstance(admitted, Response):
            return _labelled(admitted)
        reached = sandbox.limits.enter(admitted.tenant_id, sandbox.clock.now())
        if reached is not None:
            return _with_limits(sandbox, admitted.tenant_id, refuse_limit(reached))
        # A call that is answered slowly is under way until its answer leaves.
        request.scope["sandbox.until_answered"].callback(sandbox.limits.leave, admitted.tenant_id)
        await asyncio.sleep(sandbox.latency_ms / 1000)
        answer = _perform(sandbox, request, admitted, endpoint, await request.body())
        return _with_limits(sandbox, admitted.tenant_id, answer)

    return view


def _admit(sandbox: Sandbox, request: Request, resource: str) -> Organisation | Response:
    """The organisation that the caller may act in, or the refusal (FACTS 1)."""
    access = find_access(sandbox, request)
    if isinstance(access, Response):
        return access
    if not is_covered(resource, request.method, access.tokens.scopes):
        return refuse_scope()
    tenant_id = request.headers.get("xero-tenant-id", "").lower()
    if not access.identity.is_joined(tenant_id, access.tokens.user):
        return refuse_stranger()
    if "application/json" not in request.headers.get("accept", ""):
        return answer_not_built("XML answers: send Accept: application/json")
    return sandbox.organisations[tenant_id]


def refuse_limit(reached: LimitReached) -> Response:
    """429 with the headers that Xero sends."""
    headers = {"X-Rate-Limit-Problem": reached.problem}
    if reached.retry_after is not None:
        headers["Retry-After"] = str(reached.retry_after)
    return Response(status_code=429, headers=headers)


def _perform(
    sandbox: Sandbox, request: Request, organisation: Organisation, endpoint: Endpoint, body: bytes
) -> Response:
    """Run the endpoint once for each idempotency key, and remember what it answered."""
    is_write = request.method in ("POST", "PUT", "PATCH")
    token, now = bearer_of(request), sandbox.clock.now()
    replay = sandbox.idempotency.find(request, body, token, now) if is_write else None
    if replay is not None:
        return replay
    fault = request.scope.get("sandbox.fault")
    if fault is not None and request.method == "GET":
        organisation = fault.moment.get(organisation.tenant_id, organisation)
    if fault is not None and fault.kind == "error_500":
        answer = answer_problem(500, "InternalServerError", "An unexpected error occurred")
    else:
        answer = _run(sandbox, request, organisation, endpoint, body)
    if is_write:
        sandbox.idempotency.keep(request, body, token, now, answer)
    return answer


def _run(
    sandbox: Sandbox, request: Request, organisation: Organisation, endpoint: Endpoint, body: bytes
) -> Response:
    query = {name.lower(): value for name, value in request.query_params.items()}
    includes_since = organisation.behaviour.modified_since == "inclusive"
    headers = {name.lower(): value for name, value in request.headers.items()}
    question = Question(query, headers, includes_since)
    ask = Ask(
        organisation,
        sandbox.app_name,
        question,
        body,
        request.path_params.get("key", ""),
        request.path_params.get("part", ""),
    )
    mark = organisation.journal.mark()
    try:
        answer = endpoint(ask)
    except Exception as error:
        organisation.journal.rewind(mark)
        answer = _refuse(error)
    request.scope["sandbox.elements"] = ask.element_count
    sandbox.publish(organisation)
    return Response(status_code=304) if _is_unmodified(question, organisation, answer) else answer


def _is_unmodified(question: Question, organisation: Organisation, answer: Response) -> bool:
    """Whether a read that asked for what was modified since found nothing, and that is answered by 304 (FACTS 8)."""
    if organisation.behaviour.nothing_modified == "empty" or "if-modified-since" not in question.headers:
        return False
    return answer.status_code == 200 and bytes(answer.body).endswith(b":[]}")


def _refuse(error: Exception) -> Response:
    """The answer to a request that was refused as a whole; anything unforeseen goes on up."""
    match error:
        case PostDataInvalid():
            return answer_error(14, "PostDataInvalidException", str(error))
        case QueryNotUnderstood():
            return answer_error(16, "QueryParseException", str(error))
        case Missing():
            return answer_missing()
        case NotBuilt():
            return answer_not_built(str(error))
    raise error


def _with_limits(sandbox: Sandbox, tenant_id: str, answer: Response) -> Response:
    answer.headers.update(sandbox.limits.headers(tenant_id, sandbox.clock.now()))
    return _labelled(answer)


def _labelled(answer: Response) -> Response:
    answer.headers["Xero-Correlation-Id"] = str(uuid4())
    return answer
