"""The middleware by which a write with an `Idempotency-Key` is carried out once, however often it is sent.

Innermost of all, so that a repeat is let in at the door, counted and measured like any call. Without the header a
request passes untouched. What happens when a process dies:

    before the work is committed    nothing was done; the claim runs out, and a repeat begins anew
    after it, before the answer     PUT, PATCH and DELETE begin anew, which changes nothing more; a POST is told
    is kept                         that its answer was lost, and never done twice
    after the answer is kept        a repeat gets it
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.authentication import find_caller
from app.api.problems import answer_http, answer_refusal, respond, respond_under_way
from app.api.repeats.capture import Capture
from app.api.repeats.keyed import HEADER, build_keyed, give_back, has_key, read_body
from app.db.partners.idempotency import ClaimBook, KeptAnswer, Taken
from app.domain.partner.claim import Verdict
from app.intake.refusals import Fault, InputRefused

REPLAYED = "Idempotent-Replayed"

_NOT_KEPT = frozenset({401, 403, 429})


class Idempotency:
    """Claims, carries out, keeps the answer; or answers from what was kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = find_caller(scope) if has_key(scope) else None
        if caller is None:
            await self._app(scope, receive, send)
            return
        book: ClaimBook = scope["app"].state.services.claims
        try:
            body = await read_body(receive)
            if body is None:
                return
            taken = await book.take(build_keyed(scope, body, caller))
        except (InputRefused, HTTPException) as refusal:
            answer = answer_refusal if isinstance(refusal, InputRefused) else answer_http
            await (await answer(Request(scope), refusal))(scope, receive, send)
            return
        if taken.verdict is Verdict.BEGIN:
            await self._carry_out(book, taken, scope, give_back(body, receive), send)
        else:
            await build_repeats_answer(taken)(scope, receive, send)

    async def _carry_out(
        self, book: ClaimBook, taken: Taken, scope: Scope, receive: Receive, send: Send
    ) -> None:
        is_kept = False

        async def keep(answer: KeptAnswer) -> None:
            nonlocal is_kept
            if is_worth_keeping(answer.status):
                is_kept = True
                await book.keep(taken, answer)

        try:
            with book.noting(taken):
                await self._app(scope, receive, Capture(send, keep))
        finally:
            # Also where it failed. What was committed by then is noted on the claim, and judged at the repeat.
            if not is_kept:
                await book.release(taken)


def is_worth_keeping(status: int) -> bool:
    """Whether a repeat is to get the same: not where it could fare better, with no change of its own."""
    return status < 500 and status not in _NOT_KEPT


def build_repeats_answer(taken: Taken) -> Response:
    """What a repeat is answered that is not carried out."""
    if taken.answer is not None:
        kept = taken.answer
        answer = Response(kept.body, kept.status)
        # Lists may hold a name twice, and no header of ours is to be added.
        answer.raw_headers += [
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in kept.headers
        ]
        answer.headers[REPLAYED] = "true"
        return answer
    return _refuse(taken.verdict)


def _refuse(verdict: Verdict) -> Response:
    if verdict is Verdict.UNDER_WAY:
        return respond_under_way("The first one has not been answered yet; ask again in a moment.")
    if verdict is Verdict.ANSWER_LOST:
        return respond(
            "answer_lost",
            "It was carried out, at least in part, and before it was answered something failed here. Look at what it "
            "was about; send it with another key only if it is not there.",
        )
    if verdict is Verdict.HIDDEN:
        return respond("forbidden", "This request was answered to an API key of a higher role.")
    fault = Fault(HEADER, "stands for another method, address or body")
    return respond("idempotency_key_reused", "Use a new key for every request.", (fault,))
