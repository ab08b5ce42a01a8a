"""The contract of a shop's webhooks, which `intake` takes: whatever they say, the shop is looked at."""

from typing import Any

from app.api.problems import documented

FROM_SHOP: dict[str, Any] = {
    "tags": ["webhooks"],
    "operationId": "take_shop_event",
    "summary": "From a shop: something moved",
    "description": "The `webhook.url` of the connection's shop, to be entered there. It is signed in the platform's "
    "own way, with the secret that was set here. It is a hint: what it says is not read, and the shop is asked what "
    "changed. Answered once that is due in the database.",
    "parameters": [
        {
            "name": "connection_id",
            "in": "path",
            "description": "The connection whose shop it is.",
            "required": True,
            "schema": {"type": "string", "format": "uuid"},
        }
    ],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"title": "ShopEvent"}, "example": {"id": 5120}}},
    },
    "responses": {
        "200": {"description": "Signed, and the shop is looked at. No body."},
        "401": {"description": "Not signed as it must be. No body, so that nothing can be learnt by trying."},
        **documented("too_large", "rate_limited"),
    },
}
