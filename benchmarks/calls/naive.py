"""A client that makes one call per thing: what most integrations do, and the least that they can do that way.

It has an app and an organisation of its own in the sandbox, searches for nothing and reads nothing before it writes.
"""

import base64
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from app.demo.organisation import Organisation

Json = dict[str, Any]

BACK = "http://localhost/back"
SCOPES = (
    "openid offline_access accounting.invoices accounting.contacts accounting.payments accounting.settings"
)
API = "/api.xro/2.0"


class NaiveClient:
    """Signed in to an organisation of its own, where it has a `customer`.

    `calls` and `received` are what it has made and read so far.
    """

    def __init__(self, xero: Organisation) -> None:
        made = xero.remote.post("/organisations", {"name": "Naive Trades", "country": "AU"})
        app = xero.remote.post("/apps")
        self.calls = self.received = 0
        self._numbers = count(1)
        self._http = httpx.Client(base_url=xero.addresses["api_url"], timeout=60, trust_env=False)
        token = self._sign_in(app, made["tenant_id"])
        headers = {"authorization": f"Bearer {token}", "xero-tenant-id": made["tenant_id"]}
        self._http.headers.update(headers | {"accept": "application/json"})
        self.customer = self.create_contact()

    def create_contact(self) -> str:
        """One contact; its id."""
        body = {"Contacts": [{"Name": f"Naive Customer {next(self._numbers)}"}]}
        found: str = self._call("PUT", "/Contacts", body)["Contacts"][0]["ContactID"]
        return found

    def create_invoice(self, contact_id: str) -> str:
        """One approved invoice; its id."""
        line = {"Description": "Job", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200"}
        invoice = {
            "Type": "ACCREC",
            "Status": "AUTHORISED",
            "InvoiceNumber": f"NAIVE-{next(self._numbers)}",
            "Contact": {"ContactID": contact_id},
            "Date": "2026-11-20",
            "DueDate": "2026-12-04",
            "LineItems": [line],
        }
        found: str = self._call("PUT", "/Invoices", {"Invoices": [invoice]})["Invoices"][0]["InvoiceID"]
        return found

    def edit(self, invoice_id: str, **fields: Any) -> None:
        """One edit of one invoice, or `Status="VOIDED"`."""
        self._call("POST", f"/Invoices/{invoice_id}", {"InvoiceID": invoice_id, **fields})

    def pay(self, invoice_id: str) -> None:
        """One payment of a part."""
        body = {
            "Invoice": {"InvoiceID": invoice_id},
            "Account": {"Code": "091"},
            "Date": "2026-11-20",
            "Amount": 10,
        }
        self._call("PUT", "/Payments", body)

    def read(self, invoice_id: str) -> None:
        """What a webhook makes it do: read the invoice."""
        self._call("GET", f"/Invoices/{invoice_id}")

    def _call(self, method: str, path: str, body: Json | None = None) -> Json:
        answer = self._http.request(method, API + path, json=body)
        answer.raise_for_status()
        self.calls, self.received = self.calls + 1, self.received + len(answer.content)
        found: Json = answer.json()
        return found

    def _sign_in(self, app: Json, tenant_id: str) -> str:
        asked = {
            "response_type": "code",
            "client_id": app["client_id"],
            "redirect_uri": BACK,
            "scope": SCOPES,
            "state": "naive",
        }
        consent = {"decision": "allow", "tenant_id": tenant_id}
        allowed = self._http.post(f"/identity/connect/authorize?{urlencode(asked)}", data=consent)
        code = parse_qs(urlsplit(allowed.headers["location"]).query)["code"][0]
        basic = base64.b64encode(f"{app['client_id']}:{app['client_secret']}".encode()).decode()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
        answer = self._http.post("/connect/token", data=form, headers={"authorization": f"Basic {basic}"})
        answer.raise_for_status()
        token: str = answer.json()["access_token"]
        return token
