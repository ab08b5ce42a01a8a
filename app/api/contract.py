"""What OpenAPI says beside the single operations: what this is, the order of the story, and names that can be read.

FastAPI derives the operations and their schemas from the code; this adds the webhooks, the problem document in place of
FastAPI's own form of a refusal, a sentence for each tag, and the plain name of what the code must call otherwise.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from app.api.delivery.webhooks import INCOMING, build_incoming_schemas
from app.api.problems import SCHEMA

DESCRIPTION = """Keeps one invoice true in two places: your app and a business's Xero organisation.

**In short.** Open a connection and send the person to `authorise_url`; choose a revenue account in the settings;
`PUT` each document whole whenever it changes. It is answered at once and brought to Xero afterwards. What changes in
Xero comes back as a change, by webhook and in the feed, and your app applies it by compare-and-set.

**Key.** Every call under `/v1` takes `Authorization: Bearer plk_...`; `python -m app partner create` makes a key. Press
*Authorize* to try calls from this page.

**Values.** Money and quantities are decimals in strings, never floats. Days are `YYYY-MM-DD`, instants ISO 8601 with
their offset. Ids are yours; what was born in Xero comes with an id that begins with `xero-`, for your app to keep.

**Refusals.** Each is a problem document (RFC 9457): `type` names the kind for good, `errors` names the fields,
`correlation_id` finds the request in the logs. Nothing that is refused is stored, and nothing is stored by half."""

TAGS = (
    ("providers", "What a business can be connected to, and what a person will be asked for."),
    (
        "connections",
        "One business joined to one Xero organisation: open it, see why it stands still, pause, resume.",
    ),
    ("consent", "Where Xero sends the person back to. It answers a browser, not your app."),
    (
        "xero-apps",
        "Xero apps of your own, to connect through in place of Plumbline's. Secrets are never shown again.",
    ),
    ("organisation", "What the Xero organisation has to choose from, as it was last read."),
    ("settings", "What the business chose: accounts, taxes, who wins a conflict, what is linked at all."),
    (
        "invoices",
        "Your documents in, whole every time; and where each invoice stands on both sides, and why.",
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
    ("changes", "What your side must now show: the feed, for apps without a webhook and for catching up."),
    ("notices", "What became of a connection itself: lost, back, paused, removed, or in need of somebody."),
    (
        "webhooks",
        "The same two ways by signed webhook, and Xero's own. What we send you is under *Webhooks* below.",
    ),
    ("manifest", "Post which invoices you have: the answer names those whose document was lost on the way."),
    ("conflicts", "What both sides changed to different values, with the base and both, whoever won."),
    (
        "discrepancies",
        "What no merge explains and a person should look at: an edit in Xero that ours may have met.",
    ),
    ("links", "Which invoice here is which one in Xero."),
    ("usage", "What the calls to Xero came to: by connection, day and entity, what is left, and the price."),
    ("health", "For load balancers: the process is alive; it can take requests."),
)
"""Every tag with a sentence, in the order in which a partner meets them."""

PLAIN_NAMES = {
    "AccountShown": "Account",
    "BrandingThemeShown": "BrandingTheme",
    "ConnectionShown": "Connection",
    "ConnectionUsageShown": "Usage",
    "Entry": "ManifestEntry",
    "ExportShown": "Export",
    "Page_ExportShown_": "ExportPage",
    "OfferShown": "Offer",
    "OrganisationName": "Organisation",
    "Progress": "ExportProgress",
    "State": "LinkState",
    "TaxRateShown": "TaxRate",
    "TrackingCategoryShown": "TrackingCategory",
    "TrackingOptionShown": "TrackingOption",
    "Wanted": "DocumentWanted",
    "XeroAppShown": "XeroApp",
}
"""Schemas whose name in the code says too little, or too much, outside of it."""

GENERIC = re.compile(r"(Page)_(\w+)_")
"""How FastAPI writes `Page[Change]`."""

KEY_SCHEME = ("HTTPBearer", "ApiKey")


def complete(schema: dict[str, Any]) -> dict[str, Any]:
    """The contract, from what FastAPI made of the operations."""
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
            "schemas": {
                plain[name]: {**schemas[name], "title": plain[name]}
                for name in sorted(schemas, key=plain.__getitem__)
            },
        },
    }
    return _refer_by_plain_names(whole, plain)


def _refer_by_plain_names(contract: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Schemas are referred to in many places, the key's scheme by every operation; FastAPI's own words go too."""
    text = json.dumps(contract).replace(f'"{KEY_SCHEME[0]}"', f'"{KEY_SCHEME[1]}"')
    text = text.replace('"Successful Response"', '"Done"')
    for name, plain in names.items():
        text = text.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{plain}"')
    renamed: dict[str, Any] = json.loads(text)
    return renamed
