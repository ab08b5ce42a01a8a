"""The calls that a guide shows, each with its answer, read out of its text."""

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.house import house

_PIECE = re.compile(
    r"<!-- (?P<act>[^>]*) -->|```http\n(?P<call>.*?)```\s*```json\n(?P<answer>.*?)```", re.DOTALL
)
_NAMED = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Act:
    """Something that happens outside of the API, in words."""

    words: str


@dataclass(frozen=True)
class Call:
    """A call as it is shown, and what it is shown to be answered with."""

    method: str
    address: str
    body: str
    status: int
    answer: Any


def read_guide(name: str) -> list[Act | Call]:
    """What happens in a guide, in order."""
    text = (house.ROOT / "docs" / name).read_text()
    return [_read(piece) for piece in _PIECE.finditer(text)]


def read_webhook(name: str) -> tuple[str, str]:
    """The address and the body of the one webhook that a guide shows, which is answered without a body."""
    text = (house.ROOT / "docs" / name).read_text()
    [shown] = re.findall(r"```http\nPOST (\S+)\n(.*?)```", text, re.DOTALL)
    return shown[0], shown[1].strip()


def _read(piece: re.Match[str]) -> Act | Call:
    if piece["act"] is not None:
        return Act(piece["act"])
    line, _, body = piece["call"].partition("\n")
    method, _, address = line.partition(" ")
    status, _, answer = piece["answer"].partition("\n")
    return Call(method, address, body.strip(), int(status), json.loads(answer))


def fill_in(text: str, known: dict[str, Any]) -> str:
    """The text with the names in braces replaced by what earlier answers held; a number loses its quotes."""

    def find(named: re.Match[str]) -> str:
        value = known.get(named[2])
        if value is None:
            return named[0]
        return (
            json.dumps(value)
            if named[1] and named[3] and not isinstance(value, str)
            else f"{named[1]}{value}{named[3]}"
        )

    return re.sub(r'("?)\{(\w+)\}("?)', find, text)


def learn(shown: Any, real: Any, known: dict[str, Any], at: str = "") -> list[str]:
    """What of a shown answer the real one does not hold, by path; names in braces learn what stands there.

    Of an object the members shown must be there; of a list the entries shown must be its first.
    """
    if isinstance(shown, dict):
        if not isinstance(real, dict):
            return [f"{at}: {real!r} is no object"]
        return [
            fault
            for name, value in shown.items()
            for fault in learn(value, real.get(name), known, f"{at}.{name}")
        ]
    if isinstance(shown, list):
        if not isinstance(real, list) or len(real) < len(shown):
            return [f"{at}: {real!r} has too few entries"]
        return [f for n, value in enumerate(shown) for f in learn(value, real[n], known, f"{at}.{n}")]
    named = _NAMED.fullmatch(shown) if isinstance(shown, str) else None
    if named and named[1] not in known:
        known[named[1]] = real
        return [] if real is not None else [f"{at}: nothing is there to be called {named[1]}"]
    wanted = known[named[1]] if named else fill_in(shown, known) if isinstance(shown, str) else shown
    return [] if wanted == real else [f"{at}: is {real!r}, shown as {wanted!r}"]
