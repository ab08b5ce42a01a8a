"""Answers that are wrong as a whole: nobody who reads them with care takes them for what was asked."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from tests.garbled.answer import Answer

Garble = Callable[[Answer, Random], Answer]

PAGE = b"<!DOCTYPE html><html><body><h1>We'll be right back</h1></body></html>"
HUGE = "x" * 3_000_000
DEEP = 100_000


def _cut_json(answer: Answer, random: Random) -> Answer:
    return answer.say(answer.body[: random.randrange(len(answer.body))])


def _cut_wire(answer: Answer, random: Random) -> Answer:
    return replace(answer, cut_at=random.randrange(len(answer.body)), is_chunked=random.random() < 0.5)


def _say_another_kind(answer: Answer, random: Random) -> Answer:
    return answer.say(random.choice([[], None, "OK", 7, True, [answer.read()], {}]))


def _lose_member(answer: Answer, random: Random) -> Answer:
    name, _ = answer.list_rows()
    if not name:
        return _say_another_kind(answer, random)
    rest = {key: value for key, value in answer.read().items() if key != name}
    odd: Any = random.choice([None, {}, "", 0, {"0": {}}])
    return answer.say(random.choice([rest, {**rest, name: odd}, {**rest, name.lower(): []}]))


def _fill_with_other_kinds(answer: Answer, random: Random) -> Answer:
    """A list of what are no rows."""
    name, rows = answer.list_rows()
    if not name:
        return _say_another_kind(answer, random)
    return answer.with_rows(name, [random.choice([None, "row", 5, []]) for _ in rows])


def _answer_html(answer: Answer, _: Random) -> Answer:
    return answer.say(PAGE).with_headers(Content_Type="text/html")


def _change_status(answer: Answer, random: Random) -> Answer:
    status, body = random.choice(
        [
            (502, PAGE), (418, b"I am a teapot"), (500, b""), (503, PAGE), (504, b"{}"), (520, b""),
            (301, b""), (307, b""), (408, b""), (425, b"{}"), (599, b"?"),
        ]
    )  # fmt: skip
    return replace(answer.say(body), status=status).with_headers(
        Location="http://127.0.0.1:9/", Retry_After=random.choice(["soon", "-5", "", "1e9", "7"])
    )


def _recode(answer: Answer, random: Random) -> Answer:
    text = answer.body.decode()
    coded = random.choice(
        [text.encode("utf-16"), text.encode("utf-32"), b"\xff\xfe" + answer.body, b"\x00" * 9]
    )
    return answer.say(coded).with_headers(Content_Type="application/json; charset=utf-16")


def _spoil_gzip(answer: Answer, random: Random) -> Answer:
    packed = gzip.compress(answer.body)
    bodies = [answer.body, packed[: len(packed) // 2], b"\x1f\x8b", packed[:-4] + b"oops"]
    return answer.say(random.choice(bodies)).with_headers(Content_Encoding="gzip")


def _empty(answer: Answer, random: Random) -> Answer:
    return replace(answer.say(b""), status=random.choice([200, 200, 202, 204, 205]))


def _nest(answer: Answer, _: Random) -> Answer:
    return answer.say(b"[" * DEEP + b"]" * DEEP)


def _write_numbers_oddly(answer: Answer, random: Random) -> Answer:
    """The page says how many pages there are in a number that is none."""
    parsed = answer.read()
    if not isinstance(parsed, dict):
        return _empty(answer, random)
    odd = random.choice(['{"pageCount": 1e999999999}', '{"pageCount": NaN}', '{"pageCount": -3}', '"many"'])
    rest = {name: value for name, value in parsed.items() if name != "pagination"}
    whole = replace(answer).say(rest).body
    return answer.say(whole[:-1] + (b"," if rest else b"") + f'"pagination": {odd}}}'.encode())


WHOLE: dict[str, Garble] = {
    "cut_json": _cut_json,
    "cut_wire": _cut_wire,
    "another_kind": _say_another_kind,
    "member_lost": _lose_member,
    "no_rows": _fill_with_other_kinds,
    "html": _answer_html,
    "status": _change_status,
    "coding": _recode,
    "gzip": _spoil_gzip,
    "empty": _empty,
    "deep": _nest,
    "pagination": _write_numbers_oddly,
}
