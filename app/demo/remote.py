"""One JSON-speaking address, called over one kept connection pool; safe to share between threads."""

from typing import Any

import httpx

from app.demo.failures import CallRefused

PATIENCE_SECONDS = 60
MOST_CONNECTIONS = 32


class Remote:
    """Whoever is on the other end answers with JSON or not at all."""

    def __init__(self, url: str, headers: dict[str, str] | None = None) -> None:
        self.url = url
        limits = httpx.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=MOST_CONNECTIONS)
        self._http = httpx.Client(
            base_url=url, headers=headers, timeout=PATIENCE_SECONDS, limits=limits, trust_env=False
        )

    def get(self, path: str, **query: str | int) -> Any:
        """The answer's JSON. Raises CallRefused for any status of 400 and above, as the other verbs do."""
        return self._call("GET", path, params=query)

    def find(self, path: str) -> Any | None:
        """The answer's JSON, or nothing where the other end answers 404."""
        response = self._http.get(path)
        return None if response.status_code == httpx.codes.NOT_FOUND else read(response)

    def post(self, path: str, body: Any = None) -> Any:
        """POST `body` as JSON, or nothing."""
        return self._call("POST", path, json=body)

    def put(self, path: str, body: Any) -> Any:
        """PUT `body` as JSON."""
        return self._call("PUT", path, json=body)

    def patch(self, path: str, body: Any) -> Any:
        """PATCH with `body` as JSON."""
        return self._call("PATCH", path, json=body)

    def is_up(self, path: str) -> bool:
        """Whether something answers there with success."""
        try:
            return self._http.get(path).is_success
        except httpx.TransportError:
            return False

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def _call(self, method: str, path: str, **content: Any) -> Any:
        return read(self._http.request(method, path, **content))


def read(response: httpx.Response) -> Any:
    """The JSON of a success, nothing for an empty one. Raises CallRefused."""
    if response.is_error:
        request = response.request
        raise CallRefused(f"{request.method} {request.url} -> {response.status_code} {response.text[:600]}")
    return response.json() if response.content else None
