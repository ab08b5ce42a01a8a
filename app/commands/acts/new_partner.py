"""A partner, made at a terminal: there is no key yet that could make one by the API."""

from app import keys
from app.clock import SharedClock
from app.db.partners import partners
from app.db.partners.endpoints import NewEndpoint, insert_endpoint
from app.db.partners.webhook_secrets import insert_secret
from app.db.postgres.session import Database
from app.db.postgres.timekeeper import Timekeeper
from app.db.upkeep.audit import acting_as
from app.domain.connections.audit import Actor, ActorKind
from app.settings import Settings
from app.wiring.ground import build_vault
from app.wiring.partner_side import build_addresses

_PATIENCE_SECONDS = 20
"""As long as a person waits for a database that is busy."""


async def create_partner(settings: Settings, name: str, webhook_url: str | None) -> dict[str, str]:
    """Make a partner, and answer what is shown this once; raises `AddressRefused` for an address not to be called.

    `webhook_secret_in` signs what goes into Plumbline. With an address it has its first endpoint, which applies the
    changes of all its connections, and `webhook_secret_out` signs what Plumbline sends there.
    """
    if webhook_url is not None:
        await build_addresses(settings).check(webhook_url)
    vault, database = build_vault(settings), Database(settings.database_url)
    key, secret_in, secret_out = keys.make_key(), keys.make_webhook_secret(), keys.make_webhook_secret()
    made, clock = {"api_key": key, "webhook_secret_in": secret_in}, SharedClock()
    try:
        await Timekeeper(database, clock).look(_PATIENCE_SECONDS)
        now = clock.now()
        with acting_as(Actor(ActorKind.OPERATOR)):
            async with database.writing() as session:
                partner_id = await partners.insert_partner(session, name)
                await partners.insert_api_key(session, partner_id, keys.show_prefix(key), keys.hash_key(key))
                await insert_secret(session, partner_id, vault.encrypt(secret_in), now, others_end_at=now)
                if webhook_url is not None:
                    endpoint = await insert_endpoint(session, partner_id, NewEndpoint(webhook_url))
                    await insert_secret(
                        session, endpoint.id, vault.encrypt(secret_out), now, others_end_at=now
                    )
                    made |= {"webhook_endpoint_id": str(endpoint.id), "webhook_secret_out": secret_out}
    finally:
        await database.close()
    return {"partner_id": str(partner_id), **made}
