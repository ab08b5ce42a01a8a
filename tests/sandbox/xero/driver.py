"""How these tests speak to a sandbox: an app that has consent, and a receiver for its webhooks. HTTP only."""

import base64
import hashlib
import hmac
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import httpx

from app.sandbox.xero import SandboxXero

CALLBACK = "http://localhost:9/callback"
SCOPES = (
    "openid profile email offline_access accounting.invoices accounting.payments accounting.contacts "
    "accounting.settings.read"
)
EVERY_SCOPE = SCOPES.replace("settings.read", "settings") + " accounting.banktransactions"


# Plain HTTP: loading the machine's certificates for every test would take longer than the tests.
_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class XeroApp:
    """An app of ours at the sandbox: goes through consent, holds tokens, calls the API, uses the control address."""

    def __init__(self, xero: SandboxXero) -> None:
        self.xero = xero
        self.http = httpx.Client(base_url=xero.root_url, timeout=60, verify=_NO_CERTIFICATES)
        self.tenant_id = xero.tenant_id
        self.user = f"{uuid4().hex}@sandbox.example"
        self.tokens: dict[str, Any] = {}

    def authorise_path(self, **changes: str) -> str:
        """The path and query of the consent page."""
        values = {
            "response_type": "code",
            "client_id": self.xero.client_id,
            "redirect_uri": CALLBACK,
            "scope": SCOPES,
            "state": "s1",
        }
        return f"/identity/connect/authorize?{urlencode({**values, **changes})}"

    def consent(self, user: str | None = None, tenant_id: str | None = None, **changes: str) -> str:
        """Press "Allow access" as this test's own user or another; the code."""
        form = {"decision": "allow", "user": user or self.user, "tenant_id": tenant_id or self.tenant_id}
        answer = self.http.post(self.authorise_path(**changes), data=form)
        return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]

    def ask_token(self, **form: str) -> httpx.Response:
        """POST /connect/token with the app's own credentials."""
        return self.http.post(
            "/connect/token", auth=(self.xero.client_id, self.xero.client_secret), data=form
        )

    def redeem(self, code: str, **form: str) -> httpx.Response:
        """Exchange a code."""
        return self.ask_token(grant_type="authorization_code", code=code, redirect_uri=CALLBACK, **form)

    def refresh(self, refresh_token: str) -> httpx.Response:
        """Exchange a refresh token."""
        return self.ask_token(grant_type="refresh_token", refresh_token=refresh_token)

    def connect(self, **consent: str) -> "XeroApp":
        """Consent and keep the tokens."""
        self.tokens = self.redeem(self.consent(**consent)).json()
        return self

    @property
    def headers(self) -> dict[str, str]:
        """What every call of the API carries."""
        return {
            "authorization": f"Bearer {self.tokens.get('access_token', '')}",
            "xero-tenant-id": self.tenant_id,
            "accept": "application/json",
        }

    def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, **query: Any
    ) -> httpx.Response:
        """One call of the accounting API."""
        url = f"/api.xro/2.0{path}"
        sent = None if body is None else json.dumps(body).encode()
        return self.http.request(
            method, url, content=sent, params=query or None, headers={**self.headers, **(headers or {})}
        )

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> dict[str, Any]:
        """The JSON of a successful read."""
        answer = self.call("GET", path, headers=headers, **query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def put_invoice(self, **changes: Any) -> dict[str, Any]:
        """Create one invoice and return it as answered."""
        answer = self.call("PUT", "/Invoices", build_invoice(**changes))
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["Invoices"][0])

    def post_invoice(self, invoice: dict[str, Any], **changes: Any) -> httpx.Response:
        """Update one invoice by its id."""
        return self.call("POST", f"/Invoices/{invoice['InvoiceID']}", changes)

    def read_invoice(self, key: str) -> dict[str, Any]:
        """One invoice by id or number."""
        return dict(self.get(f"/Invoices/{key}")["Invoices"][0])

    def control(self, method: str, path: str, /, **body: Any) -> Any:
        """One request to the control address; its JSON."""
        answer = self.http.request(method, f"/control{path}", json=body if body or method != "GET" else None)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def wait_for_silences(self, count: int) -> None:
        """Return when ordered faults keep so many calls waiting."""

        def are_waiting() -> bool:
            silent: int = sum(fault["silent"] for fault in self.control("GET", "/faults")["faults"])
            return silent == count

        until(are_waiting)

    def person(self, method: str, path: str, /, **body: Any) -> Any:
        """An act of a person at Xero's screen."""
        return self.control(method, f"/people/{self.tenant_id}{path}", **body)

    def bank_account(self) -> str:
        """The AccountID of a bank account without a code."""
        accounts = self.get("/Accounts", where='Type=="BANK"')["Accounts"]
        return str(next(account["AccountID"] for account in accounts if "Code" not in account))

    def pay(self, invoice: dict[str, Any], amount: float, **changes: Any) -> httpx.Response:
        """Pay an invoice into a bank account."""
        payment = {
            "Invoice": {"InvoiceID": invoice["InvoiceID"]},
            "Account": {"AccountID": self.bank_account()},
            "Amount": amount,
            "Date": "2026-11-20",
        }
        return self.call("PUT", "/Payments", {**payment, **changes})


def until(condition: Callable[[], object]) -> None:
    """Look until the condition holds; fail after a minute, which nothing takes however busy the machine is."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def build_line(**changes: Any) -> dict[str, Any]:
    """A plain line of 100.00."""
    return {"Description": "Labour", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200", **changes}


def build_invoice(**changes: Any) -> dict[str, Any]:
    """A plain approved invoice of 100.00 and tax; a change to None leaves a field out."""
    values = {
        "Type": "ACCREC",
        "Contact": {"Name": "Kim Tran"},
        "Date": "2026-11-20",
        "DueDate": "2026-12-04",
        "Status": "AUTHORISED",
        "LineAmountTypes": "Exclusive",
        "LineItems": [build_line()],
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


def messages_of(answer: httpx.Response) -> list[str]:
    """The validation messages of a 400."""
    assert answer.status_code == 400, answer.text
    body = answer.json()
    assert body["ErrorNumber"] == 10, body
    return [error["Message"] for element in body["Elements"] for error in element["ValidationErrors"]]


class Receiver:
    """A webhook endpoint that keeps Xero's rules, and what it has received."""

    def __init__(self, key: str, url: str) -> None:
        self.key = key
        self.url = url
        self.answers: Callable[[bool], int] = lambda is_right: 200 if is_right else 401
        self.cookie = False
        self.posts: list[dict[str, Any]] = []
        self._arrived = threading.Condition()

    def take(self, body: bytes, signature: str) -> int:
        """Judge a POST, keep a rightly signed one that carries events, and give the status to answer."""
        digest = hmac.new(self.key.encode(), body, hashlib.sha256).digest()
        is_right = hmac.compare_digest(base64.b64encode(digest).decode(), signature)
        status = self.answers(is_right)
        found = json.loads(body)
        if is_right and status == 200 and found["events"]:
            with self._arrived:
                self.posts.append(found)
                self._arrived.notify_all()
        return status

    @property
    def events(self) -> list[dict[str, Any]]:
        """All events received, in the order of arrival."""
        return [event for post in self.posts for event in post["events"]]

    def wait_for(self, count: int, seconds: float = 60) -> list[dict[str, Any]]:
        """The events, once there are `count` of them."""
        deadline = time.monotonic() + seconds
        with self._arrived:
            while len(self.events) < count:
                assert self._arrived.wait(max(0.0, deadline - time.monotonic())), self.events
        return self.events


@contextmanager
def open_receiver(key: str) -> Iterator[Receiver]:
    """A receiver on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(receiver.take(body, self.headers["x-xero-signature"]))
            if receiver.cookie:
                self.send_header("set-cookie", "a=b")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(key, f"http://127.0.0.1:{server.server_port}/webhooks/xero")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield receiver
    server.shutdown()
    server.server_close()
    thread.join()
