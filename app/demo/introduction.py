"""Step one of the story: a partner is made, a business is joined to its Xero organisation, an account is chosen.

This is what happens once for a real partner and once for each of its businesses; everything after it only
sends invoices. The consent is given at the sandbox's own page, as a tradie would at Xero's.
"""

from typing import Any

from app.demo.browser import give_consent
from app.demo.failures import StepFailed
from app.demo.sides import NOTHING, Movement
from app.demo.waiting import wait_for
from app.demo.world import World

Json = dict[str, Any]

PARTNER_NAME = "Tradie Tools"
BUSINESS_ID = "biz_plumbers_of_newtown"
BUSINESS_NAME = "Plumbers of Newtown"
SALES_CODE = "200"
TAXES = {"gst": "OUTPUT", "none": "EXEMPTOUTPUT"}
"""The partner's words for tax, and an Australian organisation's."""
POLICY = "xero_wins"


def introduce(world: World) -> list[Movement]:
    """Make the partner and its connection, and have them know each other."""
    partner = create_partner(world)
    world.plumbline.sign_in(partner["api_key"])
    opened = world.plumbline.open_connection(BUSINESS_ID, BUSINESS_NAME)
    # Before the consent, of which the app is told by a signed notice.
    world.introduction = build_introduction(world, partner, opened["id"])
    world.partner.join(world.introduction)
    give_consent(opened["authorise_url"])
    connection = wait_for(
        world.plumbline.get_connection,
        lambda found: found["state"] == "active",
        lambda found: f"the connection should be active, Plumbline says {found}",
    )
    account = choose_account(world)
    # A new connection looks through Xero once; done now, so that no later step is charged with its calls.
    wait_for(
        world.plumbline.get_connection,
        lambda found: found["swept_at"] is not None and not found["is_behind"],
        lambda found: f"the connection should have caught up, Plumbline says {found}",
    )
    return [
        Movement("Plumbline", "connection", opened["state"], connection["state"]),
        Movement("Plumbline", "sales account", NOTHING, f"{account['code']} {account['name']}"),
    ]


def create_partner(world: World) -> Json:
    """`python -m app partner create`: the API key and the webhook secrets, shown this once."""
    arguments = ("partner", "create", PARTNER_NAME, "--webhook-url", world.partner.webhook_url, "--json")
    made = world.children.start("partner-create", *arguments).finish()
    if made is None:
        raise StepFailed("python -m app partner create printed nothing")
    return made


def choose_account(world: World) -> Json:
    """List the accounts fit for sales, take one as a person would, and set what else a business decides."""
    accounts = world.plumbline.list_accounts("sales")
    chosen = next((account for account in accounts if account["code"] == SALES_CODE), None)
    if chosen is None:
        raise StepFailed(f"no account {SALES_CODE} among {[account['name'] for account in accounts]}")
    revenue_accounts = {"general": chosen["account_id"]}
    world.plumbline.change_settings(revenue_accounts=revenue_accounts, taxes=TAXES, conflict_policy=POLICY)
    return chosen


def build_introduction(world: World, partner: Json, connection_id: str) -> Json:
    """What the app must know of Plumbline. What goes into Plumbline goes out of the app, and the secrets likewise."""
    return {
        "url": world.plumbline.url,
        "api_key": partner["api_key"],
        "partner_id": partner["partner_id"],
        "webhook_secret_in": partner["webhook_secret_out"],
        "webhook_secret_out": partner["webhook_secret_in"],
        "connection_id": connection_id,
        "business_id": BUSINESS_ID,
        "send": "put",
    }
