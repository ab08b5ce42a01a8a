"""What development may leave out, filled in: a PostgreSQL, a Redis and the keys that encrypt.

Never used in production. All of it lives under the data folder, so that a second process, and a second run, finds the
same database and can read what the first one encrypted.
"""

import atexit
import fcntl
import os
from pathlib import Path

from cryptography.fernet import Fernet

from app.embedded import open_servers
from app.settings import Settings


def fill_in(settings: Settings) -> Settings:
    """Return the settings with servers and keys for what is not set; starts the servers if need be."""
    found: dict[str, object] = {}
    if not (settings.database_url and settings.redis_url):
        servers = open_servers(settings.data_dir / "servers")
        # Used for as long as this process lives; the kernel lets go of them even where `atexit` is not reached.
        atexit.register(servers.close)
        found["database_url"] = settings.database_url or servers.addresses.database_url
        found["redis_url"] = settings.redis_url or servers.addresses.redis_url
    if not settings.public_url:
        # Where `serve` listens unless told otherwise; Xero sends nobody back to 127.0.0.1 (FACTS 1).
        found["public_url"] = "http://localhost:8000"
    if not settings.secret_keys:
        found["secret_keys"] = get_secret_key(settings.data_dir / "secret_keys")
    return Settings(**{**settings.model_dump(), **found})


def get_secret_key(path: Path) -> str:
    """Return the key kept in a file that only its owner can read, made at the first time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "r+") as file:
        # Two processes that start at once must not each encrypt with a key that the other overwrites.
        fcntl.flock(file, fcntl.LOCK_EX)
        key = file.read().strip()
        if not key:
            key = Fernet.generate_key().decode()
            file.write(key + "\n")
    return key
