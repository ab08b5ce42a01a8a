"""A partner with a key, and a hundred active connections to as many tenants, which no worker looks at."""

import json
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid4

from app.db.connections.organisations import organisation_to_json
from app.demo.failures import StepFailed
from app.domain.xero.organisation import Account, Organisation, TaxRate
from benchmarks.ground import Ground

CONNECTIONS = 100

ACCOUNTS, TAX_RATES = 70, 14
"""Of each organisation: assumed, for a chart of accounts as businesses have."""

MAKE_CONNECTIONS = """
INSERT INTO connections (
    id, partner_id, business_id, display_name, state, tenant_id, sweep_at, organisation)
SELECT
    id, $1, 'business ' || n, 'Business ' || n, 'active', tenant, now() + interval '1 day', $4::text::jsonb
FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS made (id, tenant, n)
"""


@dataclass(frozen=True)
class Seed:
    """Who calls, with what, about which connections; `tenants` are theirs, in the same order."""

    partner_id: str
    api_key: str
    secret: str
    connections: tuple[UUID, ...]
    tenants: tuple[str, ...]


def seed(ground: Ground) -> Seed:
    """Make them."""
    made = ground.children.start("partner-create", "partner", "create", "Benchmark", "--json").finish()
    if made is None:
        raise StepFailed("python -m app partner create printed nothing")
    connections = tuple(uuid4() for _ in range(CONNECTIONS))
    tenants = tuple(str(uuid4()) for _ in range(CONNECTIONS))
    facts = json.dumps(organisation_to_json(build_organisation()))
    ground.execute(MAKE_CONNECTIONS, UUID(made["partner_id"]), list(connections), list(tenants), facts)
    return Seed(made["partner_id"], made["api_key"], made["webhook_secret_in"], connections, tenants)


def build_organisation() -> Organisation:
    """What is known of one: some fourteen kilobytes, which whoever takes in a document has to know."""
    accounts = tuple(
        Account(str(uuid4()), str(number), f"Account {number}", "REVENUE", "REVENUE", "ACTIVE", False, False)
        for number in range(200, 200 + ACCOUNTS)
    )
    rates = tuple(
        TaxRate(f"TAX{number:03}", f"Rate {number}", Decimal(number), "ACTIVE", True)
        for number in range(TAX_RATES)
    )
    return Organisation(
        "Business", "AU", "AUD", None, currencies=("AUD",), accounts=accounts, tax_rates=rates
    )


def to_json(value: object) -> bytes:
    """A body, as small as senders make them."""
    return json.dumps(value, separators=(",", ":")).encode()
