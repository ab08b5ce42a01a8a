"""Which call goes on with what another one answered, as OpenAPI's links: a tool walks the API by them as a person does.

A row names an operation, where its answer holds what the next one takes, and the operations that take it.
"""

from typing import Any

Json = dict[str, Any]

_ID = "$response.body#/id"
_CONNECTION = {"connection_id": _ID}
_OF_CONNECTION = {"connection_id": "$response.body#/connection_id"}
_SAME_CONNECTION = {"connection_id": "$request.path.connection_id"}

FOLLOW_UPS: tuple[tuple[str, dict[str, str], tuple[str, ...]], ...] = (
    (
        "open_connection",
        _CONNECTION,
        (
            "get_connection",
            "get_settings",
            "list_invoices",
            "list_notices",
            "rename_connection",
            "remove_connection",
        ),
    ),
    (
        "put_invoice",
        {**_OF_CONNECTION, "invoice_id": _ID},
        ("get_invoice", "list_attempts", "retry_invoice"),
    ),
    ("put_contact", {**_OF_CONNECTION, "contact_id": _ID}, ("get_contact",)),
    ("put_item", {**_SAME_CONNECTION, "item_id": _ID}, ("get_item",)),
    ("make_key", {"key_id": _ID}, ("get_key", "rotate_key", "revoke_key")),
    ("register_xero_app", {"xero_app_id": _ID}, ("get_xero_app", "change_xero_app", "delete_xero_app")),
)


def add_follow_ups(paths: Json) -> None:
    """Write the links into the answers of success, in place; a row of an operation that is not there is an error."""
    operations = {said["operationId"]: said for item in paths.values() for said in item.values()}
    for name, parameters, followers in FOLLOW_UPS:
        missing = {name, *followers} - operations.keys()
        if missing:
            raise LookupError(f"no such operations: {', '.join(sorted(missing))}")
        links = {each: {"operationId": each, "parameters": parameters} for each in followers}
        for status, answer in operations[name]["responses"].items():
            if status in ("200", "201", "202"):
                answer.setdefault("links", {}).update(links)
