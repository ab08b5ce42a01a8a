"""Looking for secrets where none may be: as they are, as an address writes them, and in base64 within anything else."""

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any
from urllib.parse import quote

_SHORTEST = 8


@dataclass
class Spills:
    """Texts by where they were found, and the secrets that none of them may hold."""

    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    texts: list[tuple[str, str]] = field(default_factory=list, repr=False)

    def keep(self, **secrets: str) -> None:
        """Remember secrets, by what they are."""
        for name, secret in secrets.items():
            assert len(secret) >= _SHORTEST, name
            self.secrets[name] = secret

    def look_at(self, where: str, text: str) -> None:
        """Remember a text to be searched."""
        self.texts.append((where, text))

    def list_spilled(self) -> list[str]:
        """Which secret was found where."""
        forms = [(name, form) for name, secret in self.secrets.items() for form in list_forms(secret)]
        return sorted(
            {f"{name} in {where}" for where, text in self.texts for name, form in forms if form in text}
        )


def list_forms(secret: str) -> Iterator[str]:
    """What a secret can look like; base64 differs by where in a text of three bytes it begins."""
    yield secret
    yield quote(secret, safe="")
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before in range(3):
            coded = encode(b"\0" * before + secret.encode()).decode().rstrip("=")
            # The characters at both ends depend on what stands beside the secret.
            yield coded[(0, 2, 3)[before] : len(coded) - 1]


def list_reprs(roots: Iterable[object], depth: int = 5) -> Iterator[tuple[str, str]]:
    """The repr of every object that can be reached from these by attributes, of ours or of a library's."""
    seen: set[int] = set()
    level = [(type(root).__name__, root) for root in roots]
    for _ in range(depth):
        following = []
        for name, value in level:
            if id(value) in seen or isinstance(value, str | bytes | int | float | type(None) | type):
                continue
            seen.add(id(value))
            yield name, repr(value)
            yield name, str(value)
            following += [(f"{name}.{key}", inner) for key, inner in _list_attributes(value)]
        level = following


def _list_attributes(value: Any) -> list[tuple[str, Any]]:
    if not type(value).__module__.startswith("app."):
        return []
    named = {each.name: getattr(value, each.name) for each in fields(value)} if is_dataclass(value) else {}
    return [*named.items(), *getattr(value, "__dict__", {}).items()]
