"""Settings: production refuses what is missing or unsafe and never shows a secret; development fills in."""

import base64
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import ValidationError

from app.development import get_secret_key
from app.errors import ConfigurationMissing
from app.settings import Settings
from tests.house import house

NEEDED = {
    "DATABASE_URL": "postgresql://plumbline:correct-horse@db.example/plumbline",
    "REDIS_URL": "redis://:battery-staple@redis.example:6379/0",
    "PLUMBLINE_PUBLIC_URL": "https://plumbline.example",
    "PLUMBLINE_SECRET_KEYS": Fernet.generate_key().decode(),
    "PLUMBLINE_XERO_CLIENT_ID": "4F1A0B7C9D2E4A5B8C6D7E8F90A1B2C3",
    "PLUMBLINE_XERO_CLIENT_SECRET": "q7Hs0Zr5Vd2Lm9Xk4Tn8Bw1Yc6Pf3Gj",
    "PLUMBLINE_XERO_WEBHOOK_KEY": "Jx8Rv2Kq6Wn4Zt0Mb7Ld3Hs9Fc5Pg1Yu",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment in which production is complete, and no `.env` is near."""
    for name in [name for name in os.environ if name.startswith("PLUMBLINE_")]:
        monkeypatch.delenv(name)
    for name, value in {**NEEDED, "PLUMBLINE_ENV": "production"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def test_production_starts_when_all_is_set(environment: pytest.MonkeyPatch) -> None:
    """The seven settings are all that production needs."""
    assert Settings().require_production().is_production


@pytest.mark.parametrize("name", NEEDED)
def test_production_refuses_to_start_without_each_setting(environment: pytest.MonkeyPatch, name: str) -> None:
    """A setting that is missing is named."""
    environment.delenv(name)
    with pytest.raises(ConfigurationMissing, match=f"{name} is missing"):
        Settings().require_production()


def test_all_missing_settings_are_named_in_one_message(environment: pytest.MonkeyPatch) -> None:
    """Nobody must start seven times to learn of seven settings; one that is set but empty is missing too."""
    for name in NEEDED:
        environment.setenv(name, "")
    with pytest.raises(ConfigurationMissing) as refused:
        Settings().require_production()
    assert [name for name in NEEDED if name not in str(refused.value)] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PLUMBLINE_XERO_CLIENT_SECRET", "secret"),
        ("PLUMBLINE_XERO_WEBHOOK_KEY", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("PLUMBLINE_SECRET_KEYS", base64.urlsafe_b64encode(bytes(32)).decode()),
        ("PLUMBLINE_PUBLIC_URL", "http://plumbline.example"),
        ("PLUMBLINE_XERO_API_URL", "http://127.0.0.1:9000"),
        ("PLUMBLINE_METRICS_TOKEN", "letmein"),
        ("DATABASE_URL", "postgresql://plumbline:plumbline@db.example/plumbline"),
        ("DATABASE_URL", "postgresql://postgres:Postgres@db.example/plumbline"),
        ("DATABASE_URL", "postgresql://plumbline@db.example/plumbline"),
    ],
)
def test_production_refuses_what_is_unsafe(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A secret that somebody made up, and an address without encryption, are as bad as none."""
    environment.setenv(name, value)
    with pytest.raises(ConfigurationMissing, match=name) as refused:
        Settings().require_production()
    assert value not in str(refused.value)


def test_metrics_are_shown_beyond_this_machine_with_a_token_only(environment: pytest.MonkeyPatch) -> None:
    """A worker's port has no other gate."""
    environment.setenv("PLUMBLINE_METRICS_PORT", "9100")
    assert Settings().require_production().metrics_port == 9100
    environment.setenv("PLUMBLINE_METRICS_HOST", "0.0.0.0")  # noqa: S104 - the very address that is refused
    with pytest.raises(ConfigurationMissing, match="PLUMBLINE_METRICS_TOKEN"):
        Settings().require_production()
    environment.setenv("PLUMBLINE_METRICS_TOKEN", NEEDED["PLUMBLINE_XERO_WEBHOOK_KEY"])
    assert Settings().require_production().is_production


@pytest.mark.parametrize("command", ["serve", "work"])
def test_a_production_process_exits_and_names_what_is_missing(tmp_path: Path, command: str) -> None:
    """`serve` and `work` end at once with code 2, before anything is opened."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(house.ROOT), "PLUMBLINE_ENV": "production"}
    started = [sys.executable, "-m", "app", command]
    ended = subprocess.run(
        started, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2, ended.stderr
    assert [name for name in NEEDED if name not in ended.stderr] == []


def test_no_secret_is_shown(environment: pytest.MonkeyPatch) -> None:
    """What is printed by mistake holds no secret."""
    shown = repr(Settings()) + str(Settings())
    secret = [NEEDED[name] for name in NEEDED if "SECRET" in name or "WEBHOOK_KEY" in name]
    assert [value for value in [*secret, "correct-horse", "battery-staple"] if value in shown] == []


def test_a_value_that_is_refused_is_not_repeated(environment: pytest.MonkeyPatch) -> None:
    """An error of validation names the setting, and keeps its value to itself."""
    environment.setenv("DATABASE_URL", "mysql://plumbline:correct-horse@db.example/plumbline")
    environment.setenv("PLUMBLINE_SECRET_KEYS", "tr0ub4dor")
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert "DATABASE_URL" in str(refused.value)
    assert "correct-horse" not in str(refused.value)
    assert "tr0ub4dor" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_every_name_of_postgres_is_understood(environment: pytest.MonkeyPatch, scheme: str) -> None:
    """Hosting platforms hand out different schemes; one driver is used for all."""
    environment.setenv("DATABASE_URL", f"{scheme}://u@db.example/plumbline")
    assert Settings().database_url == "postgresql+asyncpg://u@db.example/plumbline"


def test_secret_keys_keep_their_order(environment: pytest.MonkeyPatch) -> None:
    """The newest key comes first, and spaces around a comma are nobody's key."""
    keys = [Fernet.generate_key().decode() for _ in range(3)]
    environment.setenv("PLUMBLINE_SECRET_KEYS", " , ".join(keys))
    assert [key.get_secret_value() for key in Settings().secret_keys] == keys


def test_a_development_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    """A second process must read what the first encrypted, and nobody else may."""
    path = tmp_path / "folder" / "secret_keys"
    assert get_secret_key(path) == get_secret_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_setting_is_used() -> None:
    """A setting that nothing reads only pretends to be one."""
    elsewhere = [
        path for path in house.list_modules("app") if path.name not in {"settings.py", "development.py"}
    ]
    code = "\n".join(path.read_text() for path in elsewhere)
    assert [
        name for name in Settings.model_fields if f".{name}" not in code and name not in {"env", "data_dir"}
    ] == []
