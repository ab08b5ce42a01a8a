"""A partner that is new: its row, its first key and its secrets, in one transaction. For the command line alone."""

from datetime import datetime

from app import keys
from app.db import partners
from app.db.endpoints import NewEndpoint, insert_endpoint
from app.db.session import Database
from app.db.webhook_secrets import insert_secret
from app.vault import Vault


async def make_partner(
    database: Database, vault: Vault, name: str, webhook_url: str | None, now: datetime
) -> dict[str, str]:
    """Make a partner, and answer what is shown this once.

    `webhook_secret_in` signs what goes into Plumbline. With an address, which was checked, it has its first endpoint,
    which applies the changes of all its connections, and `webhook_secret_out` signs what Plumbline sends there.
    """
    key, secret_in, secret_out = keys.make_key(), keys.make_webhook_secret(), keys.make_webhook_secret()
    made = {"api_key": key, "webhook_secret_in": secret_in}
    async with database.writing() as session:
        partner_id = await partners.insert_partner(session, name)
        await partners.insert_api_key(session, partner_id, keys.show_prefix(key), keys.hash_key(key))
        await insert_secret(session, partner_id, vault.encrypt(secret_in), now, others_end_at=now)
        if webhook_url is not None:
            endpoint = await insert_endpoint(session, partner_id, NewEndpoint(webhook_url))
            await insert_secret(session, endpoint.id, vault.encrypt(secret_out), now, others_end_at=now)
            made |= {"webhook_endpoint_id": str(endpoint.id), "webhook_secret_out": secret_out}
    return {"partner_id": str(partner_id), **made}
