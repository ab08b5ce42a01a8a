"""Keys that encrypt are replaced beside running processes, and the old one can go when it is said that it can."""

import asyncio
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select, update

from app.clock import SystemClock
from app.db.life.tokens import DatabaseTokenStore
from app.db.postgres.session import Database
from app.db.tables import PartnerRow, Table, TokenSetRow, WebhookSecretRow, XeroAppRow
from app.db.upkeep import key_rotation
from app.db.upkeep.key_rotation import SEALED, Standing, look_at_keys, rotate_keys
from app.errors import ConfigurationMissing
from app.vault import Vault
from app.xero.tokens import TokenKeeper
from tests.integration.xero.conftest import Connect, Xero
from tests.integration.xero.test_tokens import Interrupted

CLOCK = SystemClock()
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
OPEN = {"xero_webhooks.body"}
"""What Xero sent: ids and names of kinds, signed and not secret."""

HASHES = {
    "audit_entries.hash",
    "api_keys.key_hash",
    "oauth_states.state_hash",
    "oauth_states.browser_hash",
    "idempotency_keys.fingerprint",
}
"""Bytes that are no secret that could be opened; nothing decrypts them."""


@pytest.fixture
def vault() -> Vault:
    """What encrypts before there is another key."""
    return Vault([OLD])


def ignore(_: Standing) -> None:
    """Nobody listens."""


def test_every_column_of_bytes_is_rotated_or_a_hash() -> None:
    """A new encrypted column that rotation does not know would be lost with the old key."""
    known = {f"{each.name}.{column.key}" for each in SEALED for column in each.columns} | HASHES | OPEN
    bytes_columns = {
        f"{table.name}.{column.name}"
        for table in Table.metadata.sorted_tables
        for column in table.columns
        if str(column.type) == "BYTEA" or type(column.type).__name__ == "LargeBinary"
    }
    assert bytes_columns == known


async def test_keys_rotate_while_a_token_is_refreshed(
    xero: Xero, database: Database, vault: Vault, connect: Connect
) -> None:
    """A refresh that is under way in a process with the old ring keeps its tokens; then the old key is not needed."""
    connection_id = await connect(await xero.consent(), xero.at.tenant_id, lives=timedelta(seconds=30))
    both = Vault([NEW, OLD])
    told: list[Standing] = []
    # Rolled out first: every process opens both, and some still encrypt by the old one.
    slow = DatabaseTokenStore(database, Vault([OLD, NEW]))

    async def rotate() -> None:
        assert (await rotate_keys(database, both, told.append)).is_done

    identities = await xero.identities.open(None)
    keeper = TokenKeeper(slow, Interrupted(identities, rotate), CLOCK)
    held = await keeper.get_fresh(connection_id)
    assert [each.table for each in told if each.renewed] == ["token_sets"]
    # The refresh was saved by the old key after the rotation had said that it was done.
    look = await look_at_keys(database, both)
    assert not look.is_done
    assert {each.table: each.left for each in look.tables if each.left} == {"token_sets": 1}
    assert (await rotate_keys(database, both, ignore)).is_done
    alone = DatabaseTokenStore(database, Vault([NEW]))
    assert await TokenKeeper(alone, xero.identities, CLOCK).get_fresh(connection_id) == held
    with pytest.raises(ConfigurationMissing):
        await DatabaseTokenStore(database, vault).get(connection_id)


async def test_what_somebody_holds_is_left_and_told_and_done_at_the_next_call(
    database: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In batches, without waiting for a row that is locked; not called done while one is left, nor with a key gone."""
    monkeypatch.setattr(key_rotation, "BATCH", 3)
    async with database.writing() as session:
        partner = PartnerRow(name="Tradie app")
        session.add(partner)
        await session.flush()
        session.add_all(
            WebhookSecretRow(owner_id=partner.id, secret=vault.encrypt(f"whsec_{n}")) for n in range(8)
        )
        app = {"client_secret": vault.encrypt("the secret"), "webhook_key": vault.encrypt("the key")}
        session.add(XeroAppRow(partner_id=partner.id, name="Ours", client_id="c", **app))
    both = Vault([NEW, OLD])
    async with database.writing() as holder:
        first = select(WebhookSecretRow.id).order_by(WebhookSecretRow.id).limit(1).with_for_update()
        held = (await holder.execute(first)).scalar_one()
        async with asyncio.timeout(20):
            rotation = await rotate_keys(database, both, ignore)
    assert not rotation.is_done
    found = {each.table: (each.renewed, each.left) for each in rotation.tables if each.seen}
    assert found == {"webhook_secrets": (7, 1), "xero_apps": (1, 0)}
    rotation = await rotate_keys(database, both, ignore)
    assert rotation.is_done
    assert sum(each.renewed for each in rotation.tables) == 1
    async with database.reading() as session:
        kept = (await session.execute(select(WebhookSecretRow.id, WebhookSecretRow.secret))).all()
    assert sorted(Vault([NEW]).decrypt(secret) for _, secret in kept) == [f"whsec_{n}" for n in range(8)]
    lost = Vault([Fernet.generate_key().decode()]).encrypt("whsec_lost")
    async with database.writing() as session:
        change = update(WebhookSecretRow).where(WebhookSecretRow.id == held).values(secret=lost)
        await session.execute(change)
    rotation = await rotate_keys(database, both, ignore)
    assert not rotation.is_done
    assert {each.table: each.unreadable for each in rotation.tables if each.unreadable} == {
        "webhook_secrets": 1
    }
    async with database.reading() as session:
        assert (await session.execute(select(TokenSetRow.id))).all() == []
