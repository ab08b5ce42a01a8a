"""PostgreSQL and Redis over TLS, by addresses as operators write them; and what `doctor` says of each way."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from cryptography.fernet import Fernet
from redis.exceptions import RedisError
from sqlalchemy import text

from app import schema
from app.commands.examination.encryption import DATABASE_CURE, check_way_to_database, judge_way, read_way
from app.commands.examination.ground import open_ground
from app.db.postgres.server import Way, find_way
from app.db.postgres.session import Database
from app.settings import Settings
from app.wiring.ground import open_queue
from tests.integration.encryption.tls_front import make_certificate, tls_in_front_of


class Encrypted(NamedTuple):
    """What leads to the test's own servers over TLS, without what is said of it."""

    database: str
    redis: str
    authority: Path


@pytest.fixture
async def encrypted(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Encrypted]:
    """Both servers behind TLS of a certificate that nobody knows; what goes on in plain text fails."""
    postgres, redis = urlsplit(database_url), urlsplit(redis_url)
    folder = parse_qs(postgres.query).get("host", [""])[0]
    if not folder.startswith("/") or redis.scheme != "unix":
        pytest.skip("DATABASE_URL and REDIS_URL name servers that are reached otherwise")
    authority = make_certificate(tmp_path)
    number = parse_qs(redis.query).get("db", ["0"])[0]
    async with (
        tls_in_front_of(f"{folder}/.s.PGSQL.5432", authority, asks_first=True) as to_postgres,
        tls_in_front_of(unquote(redis.path), authority, asks_first=False) as to_redis,
    ):
        yield Encrypted(
            f"postgresql://postgres@localhost:{to_postgres}{postgres.path}",
            f"rediss://localhost:{to_redis}/{number}",
            authority,
        )


def build_settings(encrypted: Encrypted, of_database: str, of_redis: str = "") -> Settings:
    """Settings as an operator writes them."""
    return Settings(
        _env_file=None,
        database_url=encrypted.database + of_database,
        redis_url=encrypted.redis + of_redis,
        public_url="http://127.0.0.1:1",
        secret_keys=Fernet.generate_key().decode(),
    )


async def test_the_database_is_reached_as_sslmode_says(encrypted: Encrypted) -> None:
    """`require` encrypts, `verify-full` checks who answers besides, and a stranger's certificate is refused."""
    known = f"&sslrootcert={encrypted.authority}"
    ways = {
        "?sslmode=require": Way(is_inside=True, is_encrypted=True, is_checked=False),
        f"?sslmode=verify-full{known}": Way(is_inside=True, is_encrypted=True, is_checked=True),
        "": Way(is_inside=True, is_encrypted=True, is_checked=False),
    }
    for said, way in ways.items():
        database = Database(build_settings(encrypted, said).database_url, name="plumbline test")
        async with database.writing() as session:
            assert await find_way(session) == way, said
            listed = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'plumbline test'"
            assert (await session.execute(text(listed))).scalar_one() == 1
        await database.close()
    whole = build_settings(encrypted, f"?sslmode=verify-full{known}")
    await asyncio.to_thread(schema.upgrade, whole.database_url)
    async with open_ground(whole) as ground:
        assert (await check_way_to_database(ground)).outcome == "passed"
    stranger = make_certificate(encrypted.authority.parent)
    stranger_knows = f"?sslmode=verify-full&sslrootcert={stranger}"
    database = Database(build_settings(encrypted, stranger_knows).database_url)
    with pytest.raises(ssl.SSLCertVerificationError):
        async with database.reading() as session:
            await find_way(session)
    await database.close()


async def test_redis_is_reached_over_tls_and_its_name_is_checked(encrypted: Encrypted) -> None:
    """An authority of one's own is named in the address; the name in a certificate counts, unless it is said not to."""
    known = f"?ssl_ca_certs={encrypted.authority}"
    async with open_queue(build_settings(encrypted, "", known)) as queue:
        assert await queue.ping()
    unnamed = encrypted._replace(redis=encrypted.redis.replace("localhost", "127.0.0.1"))
    for refused in (build_settings(encrypted, ""), build_settings(unnamed, "", known)):
        async with open_queue(refused) as queue:
            with pytest.raises(RedisError, match="certificate verify failed"):
                await queue.ping()
    unchecked = build_settings(encrypted, "", "?ssl_cert_reqs=none")
    async with open_queue(unchecked) as queue:
        assert await queue.ping()


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("unix:///run/redis.sock", "passed"),
        ("redis://localhost:6379/0", "passed"),
        ("redis://[::1]:6379/0", "passed"),
        ("redis://redis:6379/0", "warning"),
        ("rediss://redis.example:6379/0", "passed"),
        ("rediss://redis.example:6379/0?ssl_cert_reqs=none", "warning"),
        ("rediss://redis.example:6379/0?ssl_check_hostname=false", "warning"),
    ],
)
def test_what_is_said_of_the_way_to_redis(url: str, outcome: str) -> None:
    """Plain text over a network is a finding, and so is encryption for nobody knows whom."""
    assert judge_way("way to redis", read_way(url), "cure").outcome == outcome


def test_plain_text_over_a_network_is_told_with_its_cure() -> None:
    """It works, so it is no failure: only the operator knows which network that is."""
    found = judge_way("way to the database", Way(False, False, False), DATABASE_CURE)
    assert (found.outcome, found.cure) == ("warning", DATABASE_CURE)
