"""Every setting, read from the environment and from `.env`.

A setting that is missing or unsafe keeps `serve` and `work` from starting in production, all of them named in one
message. In development `app.development` fills in the servers and the keys. No secret has a default, and none is
shown by `repr`, by a log or by an error of validation.
"""

import base64
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.errors import ConfigurationMissing

_KEY_BYTES = 32
# A key drawn at random has about 30 different bytes among its 32; fewer than this was typed by somebody.
_DIFFERENT_BYTES = 16
_SHORTEST_SECRET = 16
_THIS_MACHINE = {"127.0.0.1", "::1", "localhost"}
_COMMON_PASSWORDS = frozenset(
    {"", "admin", "changeme", "password", "plumbline", "postgres", "root", "secret"}
)


class Environment(StrEnum):
    """Development fills in what is missing; production refuses to start without it."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """The settings of one process; names in the environment are these with `PLUMBLINE_` before them."""

    model_config = SettingsConfigDict(
        env_prefix="PLUMBLINE_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    env: Environment = Environment.DEVELOPMENT
    # These two carry passwords, hence no repr; named as hosting platforms name them.
    database_url: str = Field(default="", validation_alias="DATABASE_URL", repr=False)
    redis_url: str = Field(default="", validation_alias="REDIS_URL", repr=False)
    # Where browsers, Xero and partners reach the API.
    public_url: str = ""
    # Fernet keys, newest first: the first encrypts, all decrypt.
    secret_keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    xero_client_id: str = ""
    xero_client_secret: SecretStr = SecretStr("")
    xero_webhook_key: SecretStr = SecretStr("")
    xero_api_url: str = "https://api.xero.com"
    xero_identity_url: str = "https://identity.xero.com"
    xero_login_url: str = "https://login.xero.com"
    # The Xero app's plan: the day's limit when none is set, and the price that usage is reckoned by (FACTS 2).
    xero_plan: Literal["starter", "core", "plus", "advanced"] = "core"
    # Xero's limits, held over all processes; the day's is the plan's when it is not set.
    xero_minute_limit: int = Field(default=60, gt=0)
    xero_day_limit: int | None = Field(default=None, gt=0)
    xero_app_minute_limit: int = Field(default=10_000, gt=0)
    # How often every linked invoice is read, for what neither webhooks nor sweeps can tell (FACTS 0.10).
    compare_every_hours: int = Field(default=24, ge=1, le=24 * 31)
    # Calls of one API key in a minute, and of one address without a valid key; held over all processes.
    api_limit_per_minute: int = Field(default=1200, gt=0)
    stranger_limit_per_minute: int = Field(default=60, gt=0)
    # Whether partners' addresses may lead to this machine and its networks; never in production.
    allow_internal_addresses: bool = Field(
        default_factory=lambda known: known.get("env") is Environment.DEVELOPMENT
    )
    # How long a call that wants something in Xero at once waits for it, before it answers that it is on its way.
    answer_wait_seconds: float = Field(default=10, ge=0, le=60)
    # Where development keeps its databases and keys.
    data_dir: Path = Path(".plumbline")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    # What Prometheus shows to be answered at /metrics; without it the API in production has no such address.
    metrics_token: SecretStr = SecretStr("")
    # Where each worker serves /metrics, if it does; its address is this machine's own unless told otherwise.
    metrics_port: int | None = Field(default=None, ge=0, le=65535)
    metrics_host: str = "127.0.0.1"
    # Where spans go: a collector's OTLP address over HTTP, without a path. No traces where it is not set.
    otlp_endpoint: str = ""
    # How long an idle worker that nobody calls waits before it looks for work again; Redis answers within five seconds.
    worker_poll_seconds: float = Field(default=0.05, gt=0, le=2)

    @field_validator("database_url")
    @classmethod
    def _name_the_driver(cls, url: str) -> str:
        """Give `postgres://` and `postgresql://`, which hosting platforms hand out, the driver that is used."""
        scheme, separator, rest = url.partition("://")
        if url and scheme not in ("postgres", "postgresql", "postgresql+asyncpg"):
            raise ValueError("must start with postgresql:// or postgresql+asyncpg://")
        return f"postgresql+asyncpg{separator}{rest}" if url else ""

    @field_validator("redis_url")
    @classmethod
    def _check_redis(cls, url: str) -> str:
        if url and urlsplit(url).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("must start with redis://, rediss:// or unix://")
        return url

    @field_validator("otlp_endpoint", "public_url", "xero_api_url", "xero_identity_url", "xero_login_url")
    @classmethod
    def _check_address(cls, url: str) -> str:
        """Drop a closing slash, so that paths are always joined alike."""
        if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc):
            raise ValueError("must be a whole http:// or https:// address")
        return url.rstrip("/")

    @field_validator("secret_keys", mode="before")
    @classmethod
    def _split_keys(cls, keys: object) -> object:
        return tuple(key.strip() for key in keys.split(",") if key.strip()) if isinstance(keys, str) else keys

    @field_validator("secret_keys")
    @classmethod
    def _check_keys(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for position, key in enumerate(keys, start=1):
            if _decode_key(key) is None:
                raise ValueError(f"key {position} is no Fernet key (32 bytes in url-safe base64)")
        return keys

    @property
    def is_production(self) -> bool:
        """Say whether this process must refuse what is missing or unsafe."""
        return self.env is Environment.PRODUCTION

    def require_production(self) -> Self:
        """Return these settings if a production process may run on them, else raise `ConfigurationMissing`."""
        faults = [*self._list_missing(), *self._list_unsafe()]
        if faults:
            listed = "\n".join(f"  {fault}" for fault in faults)
            raise ConfigurationMissing(f"production cannot start with these settings:\n{listed}")
        return self

    def require_database(self) -> Self:
        """Return these settings if a migration may run on them, else raise `ConfigurationMissing`."""
        if not self.database_url:
            raise ConfigurationMissing("DATABASE_URL is missing")
        return self

    def _list_missing(self) -> list[str]:
        needed: dict[str, object] = {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "PLUMBLINE_PUBLIC_URL": self.public_url,
            "PLUMBLINE_SECRET_KEYS": self.secret_keys,
            "PLUMBLINE_XERO_CLIENT_ID": self.xero_client_id,
            "PLUMBLINE_XERO_CLIENT_SECRET": self.xero_client_secret.get_secret_value(),
            "PLUMBLINE_XERO_WEBHOOK_KEY": self.xero_webhook_key.get_secret_value(),
        }
        return [f"{name} is missing" for name, value in needed.items() if not value]

    def _list_open(self) -> list[str]:
        """A worker's metrics are shown beyond this machine to whoever has the token, and to nobody else."""
        is_shown_elsewhere = self.metrics_port is not None and self.metrics_host not in _THIS_MACHINE
        if is_shown_elsewhere and not self.metrics_token.get_secret_value():
            return [
                "PLUMBLINE_METRICS_TOKEN is missing, and PLUMBLINE_METRICS_HOST is not this machine alone"
            ]
        return []

    def _list_unsafe(self) -> list[str]:
        addresses = {
            "PLUMBLINE_PUBLIC_URL": self.public_url,
            "PLUMBLINE_XERO_API_URL": self.xero_api_url,
            "PLUMBLINE_XERO_IDENTITY_URL": self.xero_identity_url,
            "PLUMBLINE_XERO_LOGIN_URL": self.xero_login_url,
        }
        secrets = {
            "PLUMBLINE_XERO_CLIENT_SECRET": self.xero_client_secret.get_secret_value(),
            "PLUMBLINE_XERO_WEBHOOK_KEY": self.xero_webhook_key.get_secret_value(),
            "PLUMBLINE_METRICS_TOKEN": self.metrics_token.get_secret_value(),
        }
        return [
            *self._list_open(),
            *(
                f"{name} must be https"
                for name, url in addresses.items()
                if url and not url.startswith("https://")
            ),
            *(
                f"{name} is too weak"
                for name, secret in secrets.items()
                if secret and _is_weak(secret.encode())
            ),
            *(
                ["DATABASE_URL has no password, or a common one"]
                if _has_weak_password(self.database_url)
                else []
            ),
            *(
                ["PLUMBLINE_ALLOW_INTERNAL_ADDRESSES must not be true"]
                if self.allow_internal_addresses
                else []
            ),
            *(
                f"PLUMBLINE_SECRET_KEYS: key {position} is too weak"
                for position, key in enumerate(self.secret_keys, start=1)
                if len(set(_decode_key(key) or b"")) < _DIFFERENT_BYTES
            ),
        ]


def _has_weak_password(url: str) -> bool:
    """Tell a server that anybody could log in to; one behind a socket of this machine may do without a password."""
    address = urlsplit(url)
    named = dict(parse_qsl(address.query))
    host, password = address.hostname or named.get("host", ""), address.password or named.get("password", "")
    return bool(host) and not host.startswith("/") and password.lower() in _COMMON_PASSWORDS


def _is_weak(secret: bytes) -> bool:
    """Tell a secret that a person made up, or that was left at an example's value, from one drawn at random."""
    return len(secret) < _SHORTEST_SECRET or len(set(secret)) < _SHORTEST_SECRET // 2


def _decode_key(key: SecretStr) -> bytes | None:
    try:
        decoded = base64.urlsafe_b64decode(key.get_secret_value())
    except ValueError:
        return None
    return decoded if len(decoded) == _KEY_BYTES else None
