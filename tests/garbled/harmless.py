"""The same said otherwise: whoever reads with care sees no difference, and nothing may come of it."""

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.garbled.answer import Answer, Json
from tests.garbled.whole_answers import HUGE, Garble

NET_DATE = re.compile(r"^/Date\((\d+)\+0000\)/$")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AMOUNTS = frozenset(
    {
        "Total", "SubTotal", "TotalTax", "AmountDue", "AmountPaid", "AmountCredited", "UnitAmount", "Quantity",
        "LineAmount", "TaxAmount", "Amount", "AppliedAmount", "DiscountRate", "DiscountAmount", "EffectiveRate",
        "expires_in",
    }
)  # fmt: skip


UNKNOWN: tuple[Any, ...] = (None, {"deep": [1, {"x": "\ud83d"}]}, "\u0000", "\udc00", HUGE, [[]], 1.5)


def _add_unknown(answer: Answer, random: Random) -> Answer:
    odd: Json = {"ABCNew": random.choice(UNKNOWN)}
    name, rows = answer.list_rows()
    if name:
        return answer.with_rows(name, [{**odd, **row} for row in rows])
    parsed = answer.read()
    return answer.say({**odd, **parsed}) if isinstance(parsed, dict) else answer


def _date_otherwise(answer: Answer, random: Random) -> Answer:
    form = random.choice(["", ".000", "Z", "+00:00"])

    def otherwise(name: str, value: Any) -> Any:
        found = NET_DATE.match(value) if isinstance(value, str) else None
        if found is None:
            return value
        at = EPOCH + timedelta(milliseconds=int(found.group(1)))
        if form == "":
            return f"/Date({found.group(1)})/"
        if form == ".000":
            return at.replace(tzinfo=None).isoformat(timespec="milliseconds")
        return at.replace(tzinfo=None).isoformat() + form if at.microsecond == 0 else value

    return _each(answer, otherwise)


FORMS: tuple[Callable[[Any], str], ...] = (
    str,
    lambda value: f"{value:.6f}",
    lambda value: f" {value}",
    lambda value: f"{Decimal(str(value)):E}",
)


def _number_otherwise(answer: Answer, random: Random) -> Answer:
    form = random.choice(FORMS)

    def otherwise(name: str, value: Any) -> Any:
        is_amount = name in AMOUNTS and isinstance(value, int | float) and not isinstance(value, bool)
        return form(value) if is_amount else value

    return _each(answer, otherwise)


def _double_rows(answer: Answer, random: Random) -> Answer:
    name, rows = answer.list_rows()
    return answer.with_rows(name, rows + random.sample(rows, len(rows))) if name else answer


def _reorder_rows(answer: Answer, random: Random) -> Answer:
    name, rows = answer.list_rows()
    return answer.with_rows(name, random.sample(rows, len(rows))) if name else answer


def _label_otherwise(answer: Answer, random: Random) -> Answer:
    kind = random.choice(["text/plain", "application/octet-stream", "text/html; charset=latin-1", "", "???"])
    return answer.with_headers(Content_Type=kind)


def _lose_headers(answer: Answer, random: Random) -> Answer:
    names = [name for name in answer.headers if name.lower() not in ("content-length", "location")]
    return answer.without_headers(*random.sample(names, random.randint(1, len(names))))


def _spoil_headers(answer: Answer, random: Random) -> Answer:
    odd = random.choice(["", "many", "-1", "1e9", "\u00ff"])
    return answer.with_headers(
        X_MinLimit_Remaining=odd, X_DayLimit_Remaining=odd, X_AppMinLimit_Remaining=odd, Date=odd,
        Xero_Correlation_Id=odd * 50,
    )  # fmt: skip


def _pack(answer: Answer, random: Random) -> Answer:
    packed = answer.say(gzip.compress(answer.body)).with_headers(Content_Encoding="gzip")
    return random.choice([packed, replace(packed, is_chunked=True), replace(answer, is_chunked=True)])


def _mark_order(answer: Answer, _: Random) -> Answer:
    return answer.say(b"\xef\xbb\xbf" + answer.body)


def _space_out(answer: Answer, _: Random) -> Answer:
    parsed = answer.read()
    return answer if parsed is None else answer.say(json.dumps(parsed, indent=9).encode() + b"\r\n" * 20)


def _say_other_statuses(answer: Answer, random: Random) -> Answer:
    return replace(answer, status=random.choice([201, 202, 203, 206]))


def _each(answer: Answer, otherwise: Callable[[str, Any], Any]) -> Answer:
    parsed = answer.read()
    return answer if parsed is None else answer.say(_walk("", parsed, otherwise))


def _walk(name: str, value: Any, otherwise: Callable[[str, Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _walk(key, part, otherwise) for key, part in value.items()}
    if isinstance(value, list):
        return [_walk(name, part, otherwise) for part in value]
    return otherwise(name, value)


HARMLESS: dict[str, Garble] = {
    "unknown_field": _add_unknown,
    "date_form": _date_otherwise,
    "number_form": _number_otherwise,
    "rows_twice": _double_rows,
    "rows_in_another_order": _reorder_rows,
    "content_type": _label_otherwise,
    "headers_gone": _lose_headers,
    "headers_odd": _spoil_headers,
    "packed": _pack,
    "byte_order_mark": _mark_order,
    "spaces": _space_out,
    "status_of_success": _say_other_statuses,
}
OF_THE_APP: dict[str, Garble] = {
    name: HARMLESS[name]
    for name in (
        "unknown_field",
        "rows_twice",
        "rows_in_another_order",
        "content_type",
        "headers_gone",
        "packed",
        "spaces",
    )
}
"""The same of the answers of an app that is read, whose forms are ours: an unknown field there is a fault, and told."""
