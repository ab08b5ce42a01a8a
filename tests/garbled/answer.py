"""An answer on its way, as the intermediary has it in its hands."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """What was asked."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""

    @property
    def is_read(self) -> bool:
        """Whether it asks for nothing to be done."""
        return self.method == "GET"

    @property
    def resource(self) -> str:
        """Its address without ids: by this the chances of a call are drawn, whatever ids a house has."""
        parts = self.path.removeprefix("/api.xro/2.0").split("/")
        return "/".join("{id}" if len(part) == 36 else part for part in parts)


@dataclass(frozen=True)
class Answer:
    """A status, headers and a body. `cut_at`: so many bytes of the body go out, and then the connection ends."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut_at: int | None = None
    is_chunked: bool = False

    def read(self) -> Any:
        """The body's JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def say(self, body: Any) -> "Answer":
        """The same with another body."""
        return replace(self, body=body if isinstance(body, bytes) else json.dumps(body).encode())

    def with_headers(self, **headers: str) -> "Answer":
        """The same with these headers."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in self.headers.items() if name.lower() not in _lower(named)}
        return replace(self, headers=kept | named)

    def without_headers(self, *names: str) -> "Answer":
        """The same without these headers."""
        gone = {name.lower() for name in names}
        return replace(self, headers={k: v for k, v in self.headers.items() if k.lower() not in gone})

    def list_rows(self) -> tuple[str, list[Json]]:
        """The name of its list of rows, and the rows; nothing where it has no such list."""
        parsed = self.read()
        if isinstance(parsed, dict):
            for name, value in parsed.items():
                if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
                    return name, value
        return "", []

    def with_rows(self, name: str, rows: list[Any]) -> "Answer":
        """The same with other rows."""
        return self.say({**self.read(), name: rows})


def _lower(names: dict[str, str]) -> set[str]:
    return {name.lower() for name in names}
