"""Everything that can be made to go wrong, or to go the other way, in the Xero sandbox: name and sentence, once.

The control address takes only what stands here and lists it, and so does the command line's help: neither can go stale.
`FAULTS` strike chosen calls, `WEBHOOK_TROUBLES` are settings of the webhooks, `SWITCHES` choose between the answers
that Xero might give where nobody knows which. Plain data, so that asking for help loads nothing.
"""

from dataclasses import dataclass

FAULTS: dict[str, str] = {
    "bad_request": "400 ValidationException that names no element; nothing is done",
    "bad_request_html": "400 with a page of HTML; nothing is done",
    "token_expired": "401 TokenExpired; nothing is done",
    "token_unknown": "401 AuthenticationUnsuccessful, as for an access token that was revoked; nothing is done",
    "scope_missing": "401 AuthorizationUnsuccessful with insufficient_scope; nothing is done",
    "token_revoked": "403 AuthenticationUnsuccessful, as for an organisation that was disconnected; nothing is done",
    "forbidden": "403 that says no more than that; nothing is done",
    "not_found": "404 in plain text; nothing is done",
    "precondition_failed": "412; nothing is done",
    "rate_limited_minute": "429 of the minute; Retry-After is retry_after seconds (2 unless given), none when 0",
    "rate_limited_day": "429 of the day; Retry-After as above",
    "rate_limited_appminute": "429 of the app's minute over all tenants; Retry-After as above",
    "rate_limited_concurrent": "429 of the five at once; Retry-After only when retry_after is given",
    "error_500": "500, which an idempotency key remembers; nothing is done",
    "unavailable_before": "503; nothing is done",
    "unavailable_after": "503, although everything is done",
    "slow": "the true answer, after `seconds` or when the fault is lifted; the call is under way until then",
    "cut_before": "the connection is cut; nothing is done",
    "cut_after": "the connection is cut; everything is done",
    "timeout_before": "silence for `seconds` or until the fault is lifted, then a cut; nothing is done",
    "timeout_after": "silence for `seconds` or until the fault is lifted, then a cut; everything is done",
    "truncated": "the first half of the true answer, then a cut; everything is done",
    "duplicate_rows": "a list with every row twice, as when rows move from page to page while they are read",
    "stale": "a read that shows the organisation as it was when this fault was ordered",
}
"""Ordered at POST /control/faults with `method`, `path`, `nth` (the nth matching call) and `times` (calls in a row).

DELETE /control/faults lifts all, DELETE /control/faults/{id} one: they strike no more, and their silences end at once.
"""

WEBHOOK_TROUBLES: dict[str, str] = {
    "mode": "held keeps events until POST /control/webhooks/flush, live sends them",
    "delay_ms": "milliseconds that every event waits",
    "batch_size": "the most events of one POST",
    "lose_next": "so many of the next events are lost for good",
    "double_next": "so many of the next events are sent twice",
    "shuffle": "events go out in any order",
    "wrong_signature_next": "so many of the next POSTs are wrongly signed",
}
"""Set at PUT /control/webhooks, beside `url` and `sequence_scope`."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A question about Xero that nothing answers: the possible answers, the sandbox's own first."""

    question: str
    values: tuple[object, ...]
    address: str = "/control/organisations/{tenant_id}/behaviour"


SWITCHES: dict[str, Switch] = {
    "rounding": Switch("How is half a cent rounded?", ("half_up", "half_even")),
    "modified_since": Switch("Does If-Modified-Since include its own second?", ("exclusive", "inclusive")),
    "nothing_modified": Switch(
        "What does a list answer when nothing was modified since?", ("empty", "not_modified")
    ),
    "line_amount": Switch(
        "What if a LineAmount is not quantity times price?", ("refused", "taken", "ignored")
    ),
    "line_account": Switch(
        "What account has a line whose AccountID and AccountCode name two?", ("id", "code", "refused")
    ),
    "line_code": Switch(
        "Which code does a line show whose account has another one by now?", ("of_now", "as_booked")
    ),
    "lines_not_sent": Switch(
        "What happens to lines when a POST has none?", ("kept", "kept_without_discounts")
    ),
    "deletes_reconciled_payments": Switch(
        "Can a payment be deleted that was reconciled at the bank?", (True, False)
    ),
    "tells_deleted_drafts": Switch("Does deleting a draft tell an event?", (True, False)),
    "sequence_scope": Switch(
        "Over what are events numbered?", ("subscription", "tenant"), "/control/webhooks"
    ),
    "scope": Switch(
        "To what does an idempotency key belong?", ("app", "access_token"), "/control/idempotency"
    ),
}
"""The names of the settings that take one of their values at PUT to their address."""


def list_help() -> list[str]:
    """One line for each trouble and switch, for the command line."""
    faults = [f"  {name}: {sentence}" for name, sentence in FAULTS.items()]
    webhooks = [f"  {name}: {sentence}" for name, sentence in WEBHOOK_TROUBLES.items()]
    switches = [
        f"  {name} ({' or '.join(map(str, switch.values)).lower()}): {switch.question}"
        for name, switch in SWITCHES.items()
    ]
    return [
        "",
        "Faults of the Xero sandbox, ordered by POST /control/faults:", *faults,
        "",
        "Of its webhooks, by PUT /control/webhooks:", *webhooks,
        "",
        "What nobody knows of Xero, the sandbox's own answer first, by PUT to the address that GET /control names:",
        *switches,
    ]  # fmt: skip
