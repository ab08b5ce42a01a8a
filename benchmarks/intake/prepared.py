"""Requests, built and signed beforehand, each about another thing: what stores them stores every one."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from standardwebhooks import Webhook

from benchmarks.ground import WEBHOOK_KEY
from benchmarks.intake.seed import Seed, to_json
from benchmarks.load import requests


def build_xero(seed: Seed, count: int, first: int) -> Iterator[bytes]:
    """Xero's webhooks, of one event each; their numbers go on from `first`, as those of a subscription do."""
    for number in range(first, first + count):
        resource_id = str(uuid4())
        event = {
            "resourceUrl": f"https://api.xero.com/api.xro/2.0/Invoices/{resource_id}",
            "resourceId": resource_id,
            "eventDateUtc": datetime.now(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00"),
            "eventType": "UPDATE",
            "eventCategory": "INVOICE",
            "tenantId": seed.tenants[number % len(seed.tenants)],
            "tenantType": "ORGANISATION",
        }
        numbers = {
            "firstEventSequence": number,
            "lastEventSequence": number,
            "entropy": "BENCHMARKBENCHMARKBE",
        }
        yield sign_as_xero(WEBHOOK_KEY, {"events": [event], **numbers})


def sign_as_xero(key: str, said: dict[str, Any]) -> bytes:
    """A webhook of Xero's that says this, signed with that key."""
    body = to_json(said)
    signature = base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()
    return requests.build("POST", "/webhooks/xero", {"x-xero-signature": signature}, body)


def build_partner(seed: Seed, count: int, first: int) -> Iterator[bytes]:
    """The partner's webhooks `invoice.changed`, each with a whole document of a new invoice."""
    signer, path = Webhook(seed.secret), f"/webhooks/partner/{seed.partner_id}"
    for number in range(first, first + count):
        connection_id = str(seed.connections[number % len(seed.connections)])
        data = {"connection_id": connection_id, "document": build_document(number, "hook")}
        now = datetime.now(UTC)
        body = to_json({"type": "invoice.changed", "timestamp": now.isoformat(), "data": data})
        webhook_id = f"msg_{uuid4().hex}"
        headers = {
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signer.sign(webhook_id, now, body.decode()),
        }
        yield requests.build("POST", path, headers, body)


def build_put(seed: Seed, count: int, first: int) -> Iterator[bytes]:
    """PUT of one new invoice each."""
    return _build_put(seed, range(first, first + count), "put", {})


def build_minimal_put(seed: Seed, count: int, first: int) -> Iterator[bytes]:
    """The same of others, answered without the invoice, as a hand-written endpoint answers too."""
    return _build_put(seed, range(first, first + count), "min", {"prefer": "return=minimal"})


def _build_put(
    seed: Seed, numbers: Iterable[int], prefix: str, headers: Mapping[str, str]
) -> Iterator[bytes]:
    for number in numbers:
        document = build_document(number, prefix)
        path = f"/v1/connections/{seed.connections[number % len(seed.connections)]}/invoices/{document['id']}"
        sent = {"authorization": f"Bearer {seed.api_key}", **headers}
        yield requests.build("PUT", path, sent, to_json(document))


def build_document(number: int, prefix: str) -> dict[str, Any]:
    """An invoice as a job-management app writes it: two lines of ids that no other has, a customer out of twenty of its
    connection.
    """
    return {
        "id": f"{prefix}_{number}",
        "number": f"{prefix.upper()}-{number}",
        "version": 1,
        "status": "sent",
        "sent_at": "2026-11-20T03:15:00Z",
        "currency": "AUD",
        "amounts_are": "tax_inclusive",
        "issued_on": "2026-11-20",
        "due_on": "2026-12-04",
        "reference": f"PO {number}",
        "url": f"https://app.example/i/{number}",
        "job": {"id": f"job_{number}", "name": "Hot water system, 4 Wattle St"},
        "contact": {
            "id": f"cus_{number % 20}",
            "name": f"Customer {number % 20}",
            "email": f"customer.{number % 20}@example.com",
            "phone": "0400 000 000",
        },
        "lines": [
            _line(f"{prefix}_{number}_1", "Supply and fit 250 L unit", "1", "1890.00", "materials"),
            _line(f"{prefix}_{number}_2", "Labour, hours", "2.5", "95.00", "labour"),
        ],
    }


def _line(line_id: str, description: str, quantity: str, price: str, category: str) -> dict[str, Any]:
    return {
        "id": line_id,
        "description": description,
        "quantity": quantity,
        "unit_price": price,
        "category": category,
        "tax": "gst",
    }
