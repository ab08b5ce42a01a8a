"""The webhooks as the contract tells them; nothing is routed from here.

Ours to the partner's app is declared as FastAPI declares webhooks, and sent by `delivery`. The two that come in are
plain routes of `intake`, whose bodies stay as they came, so what OpenAPI says of them is written here.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header
from pydantic import BaseModel, ConfigDict, Field

from app.api.delivery.changes import Change
from app.api.delivery.notice_webhooks import SentAt, Signature, declare_notices
from app.api.delivery.shop_webhooks import FROM_SHOP
from app.api.problems import documented
from app.intake.contact_document import ContactDocument
from app.intake.document import EXAMPLE, Document
from app.intake.partner_event import ContactChanged, InvoiceChanged

router = APIRouter(tags=["webhooks"])

REFERENCE = "#/components/schemas/{model}"


class ChangeSent(BaseModel):
    """What a partner's app is sent: the very object that the feed has, in an envelope."""

    type: Literal["invoice.changed", "contact.changed"]
    timestamp: datetime
    data: Change


class ChangeApplied(BaseModel):
    """The app's answer once it has applied the change. Both versions help, neither is needed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 8, "replaced_version": 7}]})

    version: int | None = Field(default=None, description="The document's version now.")
    replaced_version: int | None = Field(
        default=None, description="The version that the change was applied to."
    )


class ChangeRefused(BaseModel):
    """The app's answer when a field holds neither `before` nor `after`: somebody edited it there first."""

    document: Document


class ContactChangeRefused(BaseModel):
    """The same answer about a contact."""

    document: ContactDocument


def _answers(refused: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    return {
        200: {"description": "Applied, now or before: a `revision` that you have is answered so again."},
        409: {
            "model": refused,
            "description": "Refused, with the whole document as it stands in the app.",
        },
        "default": {
            "description": "Anything else, or no answer in 10 seconds: it is sent again, later and later."
        },
    }


@router.post(
    "invoice.changed",
    operation_id="send_change",
    response_model=ChangeApplied,
    summary="To your app: what an invoice must now show",
    responses=_answers(ChangeRefused),
)
def send_change(
    change: ChangeSent,
    webhook_id: Annotated[str, Header(description="The same at every retry, as in `chg_1042`.")],
    webhook_timestamp: SentAt,
    webhook_signature: Signature,
) -> None:
    """Compare and set, for each entry of `fields`, all of them or none:

    - the field holds `before`: set it to `after`;
    - it holds `after` already: leave it;
    - it holds something else: refuse the whole change with 409 and your document.

    `contact` is compared by its id: what is known of a customer changes by `contact.changed`.

    Then raise `version`, and send the change's `revision` as `based_on` from now on.
    Signed by [Standard Webhooks](https://www.standardwebhooks.com); one invoice's changes come in order.

    That holds for the endpoint that `applies`. One that `listens` gets the same message as a copy, in no order that is
    promised (`revision` tells): any 2xx takes it, and nothing else is read of the answer.
    """


@router.post(
    "contact.changed",
    operation_id="send_contact_change",
    response_model=ChangeApplied,
    summary="To your app: what a contact must now show",
    responses=_answers(ContactChangeRefused),
)
def send_contact_change(
    change: ChangeSent,
    webhook_id: Annotated[str, Header(description="The same at every retry, as in `chg_1043`.")],
    webhook_timestamp: SentAt,
    webhook_signature: Signature,
) -> None:
    """The same rules as for an invoice, on the fields of a contact; `data` has `contact_id` and `contact`.

    A contact that your app does not know comes with every `before` null, under an id for it to keep.
    """


class TestSent(BaseModel):
    """What `POST /v1/webhook-endpoints/{id}/test` sends."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "test",
                    "timestamp": "2026-11-20T04:00:00Z",
                    "data": {"endpoint_id": "0b9a4a6e-52a5-4f0c-8a54-1f6d7b7a2c11", "message": "A test."},
                }
            ]
        }
    )

    type: Literal["test"]
    timestamp: datetime
    data: dict[str, str]


@router.post(
    "test",
    operation_id="send_test",
    status_code=204,
    summary="To your app: a test that somebody asked for",
    responses={
        204: {"description": "Taken: any 2xx says so."},
        "default": {"description": "Anything else: told to whoever asked for the test."},
    },
)
def send_test(
    test: TestSent,
    webhook_id: Annotated[str, Header(description="New with every test, as in `tst_2f0a...`.")],
    webhook_timestamp: SentAt,
    webhook_signature: Annotated[
        str, Header(description="`v1,` and a signature by the endpoint's secret; two while one is replaced.")
    ],
) -> None:
    """It tells nothing, and is sent once: answer any 2xx if the signature holds."""


declare_notices(router)


def _header(name: str, description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": True,
        "schema": {"type": "string"},
        "description": description,
    }


def _body(schema: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}


_UNSIGNED = {"description": "Not signed as it must be. No body, so that nothing can be learnt by trying."}

_FROM_PARTNER = {
    "tags": ["webhooks"],
    "operationId": "take_partner_event",
    "summary": "From your app: a document, as a signed webhook instead of a PUT",
    "description": "By [Standard Webhooks](https://www.standardwebhooks.com), signed with your `webhook_secret_in`, or "
    "with either while that is replaced (`POST /v1/partner/incoming-secret/rotate`). "
    "Stored once per `webhook-id` and answered after that is committed. A stale document is answered 200 too, since "
    "sending it again would not help; a refused one leaves nothing behind, so mend it and send it again. "
    "Types that are not known are kept and answered 200.",
    "parameters": [
        {
            "name": "partner_id",
            "in": "path",
            "description": "Yours, as it was told with your first key.",
            "required": True,
            "schema": {"type": "string", "format": "uuid"},
        },
        _header("webhook-id", "Yours; the same at every retry."),
        _header("webhook-timestamp", "Unix seconds, at most five minutes off."),
        _header("webhook-signature", "`v1,` and the base64 of an HMAC-SHA256."),
    ],
    "requestBody": _body(
        {"anyOf": [{"$ref": REFERENCE.format(model=name)} for name in ("InvoiceChanged", "ContactChanged")]},
        {
            "type": "invoice.changed",
            "timestamp": "2026-11-20T03:15:00Z",
            "data": {"connection_id": "6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10", "document": EXAMPLE},
        },
    ),
    "responses": {
        "200": {"description": "Stored, or seen before. No body."},
        "401": _UNSIGNED,
        **documented(
            "malformed_body",
            "connection_removed",
            "version_reused",
            "too_large",
            "rate_limited",
            "invalid_request",
            "invalid_document",
        ),
    },
}

_FROM_XERO = {
    "tags": ["webhooks"],
    "operationId": "take_xero_events",
    "summary": "From Xero: something moved",
    "description": "The address for the webhooks page of your app in Xero's developer portal. It passes the intent to "
    "receive. Events are hints: they say where to look, and what stands in Xero is read from Xero. A signed body is "
    "answered 200 whatever it holds, once it is on disk; its events are read out of it after that.",
    "parameters": [
        _header("x-xero-signature", "Base64 of the HMAC-SHA256 of the raw body, with the webhook key.")
    ],
    "requestBody": _body(
        {"type": "object", "title": "XeroEvents"},
        {
            "events": [
                {
                    "resourceUrl": "https://api.xero.com/api.xro/2.0/Invoices/0f2a3b64-5a0c-4a40-8f61-6f6a3b1c9d21",
                    "resourceId": "0f2a3b64-5a0c-4a40-8f61-6f6a3b1c9d21",
                    "tenantId": "c2cc9b6e-9458-4c7d-93cc-f02b81b0594f",
                    "tenantType": "ORGANISATION",
                    "eventCategory": "INVOICE",
                    "eventType": "UPDATE",
                    "eventDateUtc": "2026-11-20T04:00:00.000",
                }
            ],
            "firstEventSequence": 1,
            "lastEventSequence": 1,
            "entropy": "S0m3r4nd0mt3xt",
        },
    ),
    "responses": {
        "200": {"description": "Signed and stored. No body, no cookies."},
        "401": _UNSIGNED,
        **documented("too_large", "rate_limited"),
    },
}

_FROM_XERO_TO_APP = {
    **_FROM_XERO,
    "operationId": "take_xero_events_of_app",
    "summary": "From Xero, for a Xero app of your own: something moved",
    "description": "The `webhook_url` of your Xero app. The same as Plumbline's own, but checked with your app's "
    "webhook key; it reaches the connections of your app alone.",
    "parameters": [
        {
            "name": "xero_app_id",
            "in": "path",
            "description": "Your Xero app's id here.",
            "required": True,
            "schema": {"type": "string", "format": "uuid"},
        },
        _header("x-xero-signature", "Base64 of the HMAC-SHA256 of the raw body, with your webhook key."),
    ],
}

INCOMING: dict[str, dict[str, Any]] = {
    "/webhooks/partner/{partner_id}": {"post": _FROM_PARTNER},
    "/webhooks/shops/{connection_id}": {"post": FROM_SHOP},
    "/webhooks/xero": {"post": _FROM_XERO},
    "/webhooks/xero/{xero_app_id}": {"post": _FROM_XERO_TO_APP},
}
"""Paths of the contract that `intake` serves."""


def build_incoming_schemas() -> dict[str, Any]:
    """The schemas that those paths refer to."""
    schemas: dict[str, Any] = {}
    for model in (InvoiceChanged, ContactChanged):
        envelope = model.model_json_schema(ref_template=REFERENCE)
        schemas |= {**envelope.pop("$defs"), model.__name__: envelope}
    return schemas
