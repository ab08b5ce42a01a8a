"""A partner with a key, and a hundred active connections to as many tenants, which no worker looks at."""

import json
from dataclasses import dataclass
from uuid import UUID, uuid4

from app.demo.failures import StepFailed
from benchmarks.ground import Ground

CONNECTIONS = 100

MAKE_CONNECTIONS = """
INSERT INTO connections (id, partner_id, business_id, display_name, state, tenant_id, sweep_at)
SELECT id, $1, 'business ' || n, 'Business ' || n, 'active', tenant, now() + interval '1 day'
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
    ground.execute(MAKE_CONNECTIONS, UUID(made["partner_id"]), list(connections), list(tenants))
    return Seed(made["partner_id"], made["api_key"], made["webhook_secret_in"], connections, tenants)


def to_json(value: object) -> bytes:
    """A body, as small as senders make them."""
    return json.dumps(value, separators=(",", ":")).encode()
