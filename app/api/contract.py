"""What OpenAPI says beside the single operations: what this is, the order of the story, and names that can be read.

FastAPI derives the operations and their schemas from the code; this adds the webhooks, the problem document in place of
FastAPI's own form of a refusal, a sentence for each tag, and the plain name of what the code must call otherwise.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from app.api.conventions import HEADERS, add_conventions
from app.api.delivery.webhooks import INCOMING, build_incoming_schemas
from app.api.follow_ups import add_follow_ups
from app.api.pages import Page
from app.api.problems import SCHEMA

DESCRIPTION = """Keeps one invoice true in two places: your app and a business's Xero organisation.

**In short.** Open a connection and send the person to `authorise_url`; choose a revenue account in the settings;
`PUT` each document whole whenever it changes. It is answered at once and brought to Xero afterwards. What changes in
Xero comes back as a change, by webhook and in the feed, and your app applies it by compare-and-set. Register where
your app is called under *webhook-endpoints*, and where it can be asked under *partner-side*.

**Key.** Every call under `/v1` takes `Authorization: Bearer plk_...`; `python -m app partner create` makes the first
key, `POST /v1/keys` others, of the role `read`, `member` or `admin`. Press *Authorize* to try calls from this page.

**Again.** Any write may carry an `Idempotency-Key`: sent again with the same key within 24 hours it is not carried out
again, and gets the same answer. A key is for one request; of a POST whose answer was lost on our side you are told so.

**Limits.** `RateLimit` says at each call how many more your key may make in this minute; one too many is answered 429
with `Retry-After`. HEAD is answered wherever GET is. A query parameter that is not known is refused.

**Outages.** While our database is gone or full a call is answered 503 `database_unavailable` with `Retry-After`:
take it as not stored, and send it again. What was answered 2xx is on disk.

**Values.** Money and quantities are decimals in strings, never floats. Days are `YYYY-MM-DD`, instants ISO 8601 with
their offset. Ids are yours; what was born in Xero comes with an id that begins with `xero-`, for your app to keep.

**Refusals.** Each is a problem document (RFC 9457): `type` names the kind for good, `errors` names the fields,
`correlation_id` finds the request in the logs. Nothing that is refused is stored, and nothing is stored by half."""

TAGS = (
    ("keys", "Your API keys and their roles: made, rotated while both go on, revoked; and who calls."),
    ("providers", "What a business can be connected to, and what a person will be asked for."),
    (
        "connections",
        "One business joined to one Xero organisation: open it, see why it stands still, pause, resume.",
    ),
    (
        "consent",
        "The way to Xero, and where Xero sends the person back to. It answers a browser, not your app.",
    ),
    (
        "xero-apps",
        "Xero apps of your own, to connect through in place of Plumbline's. Secrets are never shown again.",
    ),
    ("organisation", "What the Xero organisation has to choose from, as it was last read."),
    (
        "settings",
        "What the business chose: accounts, taxes, who wins a conflict, what travels and when; every version of it.",
    ),
    (
        "test-transactions",
        "A small draft invoice that goes through Xero and is taken away again, so that you see what works.",
    ),
    (
        "invoices",
        "Your documents in, whole every time; and where each invoice stands on both sides, and why.",
    ),
    (
        "payments",
        "Payments one by one, of either side; each is kept in its invoice's document, and is its next version.",
    ),
    (
        "credits",
        "Credit notes, deposits and overpayments, in the same way; with them an invoice is due less.",
    ),
    (
        "items",
        "Your products, kept as items in Xero where the settings say so; matched by code before any is made.",
    ),
    (
        "contacts",
        "Your customers: documents of their own, edits both ways, and which contact of Xero's each one is.",
    ),
    (
        "exports",
        "Everything in scope looked at now, stage by stage: a dry run first, then carried out, watched, reported.",
    ),
    (
        "why",
        "Why something is not in step, gate by gate with the cure; and what would be done about it, not done.",
    ),
    ("held", "What waits for a person: counted by reason, looked at again, set aside and taken up again."),
    ("checkup", "Whether all is well with a connection, check by check; and whether it is ready to begin."),
    ("changes", "What your side must now show: the feed, for apps without a webhook and for catching up."),
    ("events", "What both sides sent, as it came and what became of it; any of it sent through again."),
    ("notices", "What became of a connection itself: lost, back, paused, removed, or in need of somebody."),
    (
        "webhook-endpoints",
        "Where your app is called: several addresses, each with its types and secrets, and what was sent there.",
    ),
    (
        "webhooks",
        "The same two ways by signed webhook, and Xero's own. What we send you is under *Webhooks* below.",
    ),
    (
        "manifest",
        "Post which invoices you have, and what they come to: the answer names what was lost and what differs.",
    ),
    (
        "partner-side",
        "Let your app be asked what it holds, so that nothing lost stays lost; and how old our knowledge of it is.",
    ),
    ("shops", "Take the invoices of a connection from a shop; and which of its orders could not be taken."),
    ("conflicts", "What both sides changed to different values, with the base and both, whoever won."),
    (
        "discrepancies",
        "Where the two sides differ though nothing is due, field by field, with the side that each came from.",
    ),
    ("resolutions", "What people decided about conflicts and discrepancies, and how to take it back."),
    ("comparison", "Proof of agreement: equal as of when, totals to the cent, and what stands against it."),
    ("links", "Which invoice here is which one in Xero."),
    ("data", "Everything that is kept of one business: given out whole, or erased for good."),
    ("usage", "What the calls to Xero came to: by connection, day and entity, what is left, and the price."),
    (
        "audit",
        "Who did what, for good: keys, connections, settings, addresses, decisions, data taken out or erased.",
    ),
    ("health", "For load balancers: the process is alive; it can take requests."),
)
"""Every tag with a sentence, in the order in which a partner meets them."""

PLAIN_NAMES = {
    "AccountShown": "Account",
    "AuditEntryShown": "AuditEntry",
    "BrandingThemeShown": "BrandingTheme",
    "ConnectionShown": "Connection",
    "ConnectionUsageShown": "Usage",
    "Entry": "ManifestEntry",
    "ErasureShown": "Erasure",
    "ExportShown": "Export",
    "Page_AuditEntryShown_": "AuditEntryPage",
    "Page_ConnectionShown_": "ConnectionPage",
    "Page_ExportShown_": "ExportPage",
    "Progress": "ExportProgress",
    # A generated client names the member `document` of `Item` by both words; so that name is taken.
    "ItemDocument": "Product",
    "KeyShown": "Key",
    "OfferShown": "Offer",
    "OrganisationName": "Organisation",
    "Page_KeyShown_": "KeyPage",
    "Page_RefusedOrderShown_": "RefusedOrderPage",
    "Page_WebhookEndpointShown_": "WebhookEndpointPage",
    "Page_XeroAppShown_": "XeroAppPage",
    "PartnerShown": "Partner",
    "ReadEndpointMade": "ReadEndpointWithSecret",
    "ReadEndpointShown": "ReadEndpoint",
    "RefusedOrderShown": "RefusedOrder",
    "SecretShown": "WebhookSecret",
    "ShopShown": "Shop",
    "Source": "KnowledgeSource",
    "State": "LinkState",
    "app__api__access__routes__Rotation": "KeyRotation",
    "app__api__delivery__endpoint_secrets__Rotation": "SecretRotation",
    "app__domain__trials__trial__Outcome": "StepOutcome",
    "app__domain__why__gates__Outcome": "GateOutcome",
    "TaxRateShown": "TaxRate",
    "TrackingCategoryShown": "TrackingCategory",
    "TrackingOptionShown": "TrackingOption",
    "Wanted": "DocumentWanted",
    "WebhookEndpointMade": "WebhookEndpointWithSecret",
    "WebhookEndpointShown": "WebhookEndpoint",
    "XeroAppShown": "XeroApp",
}
"""Schemas whose name in the code says too little, or too much, outside of it."""

GENERIC = re.compile(r"(Page)_(\w+)_")
"""How FastAPI writes `Page[Change]`."""

KEY_SCHEME = ("HTTPBearer", "ApiKey")


def complete(schema: dict[str, Any]) -> dict[str, Any]:
    """The contract, from what FastAPI made of the operations."""
    add_conventions(schema["paths"])
    add_follow_ups(schema["paths"])
    _forget_streamed_items(schema["paths"])
    _forget_null_parameters(schema["paths"])
    paths = {**schema["paths"], **INCOMING}
    schemas = {**build_incoming_schemas(), **schema["components"]["schemas"], "Problem": SCHEMA}
    for ours in ("HTTPValidationError", "ValidationError"):
        schemas.pop(ours, None)
    plain = {name: PLAIN_NAMES.get(name) or GENERIC.sub(r"\2\1", name) for name in schemas}
    whole = {
        **schema,
        "tags": [{"name": name, "description": sentence} for name, sentence in TAGS],
        "paths": paths,
        "components": {
            **schema["components"],
            "headers": HEADERS,
            "schemas": {
                plain[name]: {**_without_titles(schemas[name]), "title": plain[name], **_describe_page(name)}
                for name in sorted(schemas, key=plain.__getitem__)
            },
        },
    }
    return _refer_by_plain_names(whole, plain)


def _forget_streamed_items(paths: dict[str, Any]) -> None:
    """FastAPI says what a stream is made of in a word that OpenAPI has from 3.2 on; our own example shows it."""
    for operation in (each for path in paths.values() for each in path.values()):
        for answer in operation["responses"].values():
            answer.get("content", {}).get("text/event-stream", {}).pop("itemSchema", None)


def _forget_null_parameters(paths: dict[str, Any]) -> None:
    """A query or a header cannot say null: a parameter that may be left out has the kind that it has when it comes."""
    for operation in (each for path in paths.values() for each in path.values()):
        for parameter in operation.get("parameters", ()):
            kinds = parameter.get("schema", {}).get("anyOf", ())
            said = [kind for kind in kinds if kind != {"type": "null"}]
            if len(said) == 1 < len(kinds):
                parameter["schema"] = {**parameter["schema"], **said[0]}
                del parameter["schema"]["anyOf"]


def _describe_page(name: str) -> dict[str, str]:
    """What Pydantic does not tell of a generic model."""
    return {"description": Page.__doc__ or ""} if GENERIC.match(name) else {}


def _without_titles(schema: dict[str, Any]) -> dict[str, Any]:
    """Without the title of each member, which only says its name again."""
    members = {
        name: {word: said for word, said in member.items() if word != "title"}
        for name, member in schema.get("properties", {}).items()
    }
    return {**schema, "properties": members} if members else schema


def _refer_by_plain_names(contract: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Schemas are referred to in many places, the key's scheme by every operation; FastAPI's own words go too."""
    text = json.dumps(contract).replace(f'"{KEY_SCHEME[0]}"', f'"{KEY_SCHEME[1]}"')
    text = text.replace('"Successful Response"', '"Done"')
    for name, plain in names.items():
        text = text.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{plain}"')
    renamed: dict[str, Any] = json.loads(text)
    return renamed
