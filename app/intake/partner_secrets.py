"""The secrets that partners sign webhooks with: looked up for all that come at about the same time, and for each anew,
so that one which ends does so at once in every process. They are decrypted once for all of those.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.batcher import Batcher
from app.db.partners.webhook_secrets import list_secrets_of_partners
from app.db.postgres.session import Database
from app.vault import Vault


class Signer(NamedTuple):
    """Who is said to have signed something, and when it came."""

    partner_id: UUID
    at: datetime


PartnerSecrets = Batcher[Signer, Sequence[str]]
"""Answers the secrets in force of a partner, newest first; none where there is no such partner."""


def gather_partner_secrets(database: Database, vault: Vault) -> PartnerSecrets:
    """The batched look-up of partners' secrets, one for each process."""

    async def find_all(signers: Sequence[Signer]) -> list[Sequence[str]]:
        partner_ids = sorted({each.partner_id for each in signers})
        async with database.reading_bare() as connection:
            found = await list_secrets_of_partners(connection, partner_ids, max(each.at for each in signers))
        opened = {
            partner_id: [vault.decrypt(each.sealed) for each in kept] for partner_id, kept in found.items()
        }
        return [opened[each.partner_id] for each in signers]

    return Batcher(find_all)
