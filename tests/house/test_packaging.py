"""What is installed, built and shipped: locked by hash, free of this or that machine, safe in production."""

import re
import tomllib

import pytest
import yaml

from tests.house import house

LOCKS = house.ROOT / ".ci" / "locks"
PROJECT = tomllib.loads((house.ROOT / "pyproject.toml").read_text())
NAME = re.compile(r"[A-Za-z0-9._-]+")


def list_locked(name: str) -> dict[str, str]:
    """Return the packages of a lock with their whole entries."""
    entries = re.split(r"\n(?=\S)", (LOCKS / f"{name}.txt").read_text())
    return {entry.partition("==")[0]: entry for entry in entries if "==" in entry.partition("\n")[0]}


def name_of(requirement: str) -> str:
    """The package that a requirement asks for."""
    found = NAME.match(requirement)
    assert found, requirement
    return found.group().lower()


@pytest.mark.parametrize("name", ["build", "development", "production"])
def test_locks_have_hashes_and_no_hosts(name: str) -> None:
    """A lock holds names, versions and hashes, so that whichever index serves them is the installer's choice."""
    assert (
        re.search(
            r"://|--(extra-)?index-url|--find-links|--trusted-host", (LOCKS / f"{name}.txt").read_text()
        )
        is None
    )
    assert [package for package, entry in list_locked(name).items() if "--hash=sha256:" not in entry] == []


def test_locks_hold_what_the_project_names() -> None:
    """A dependency that was added without `make lock` would be missing on a fresh machine."""
    production = {name_of(each) for each in PROJECT["project"]["dependencies"]}
    development = {name_of(each) for each in PROJECT["project"]["optional-dependencies"]["dev"]}
    assert production - set(list_locked("production")) == set()
    assert production | development - set(list_locked("development")) == production


def test_production_runs_what_was_tested() -> None:
    """A package has one version in all locks."""
    tested = list_locked("development")
    shipped = list_locked("production") | list_locked("build")
    assert {name for name, entry in shipped.items() if tested[name].split()[0] != entry.split()[0]} == set()


def test_production_ships_no_development_extra() -> None:
    """Servers and tools for development stay out of production."""
    extras = {name_of(each) for each in PROJECT["project"]["optional-dependencies"]["dev"]}
    assert extras & set(list_locked("production")) == set()


def test_nothing_names_somebodys_machine() -> None:
    """Paths and addresses of the machine on which something was written mean nothing elsewhere."""
    pattern = re.compile("|".join(f"/{folder}/[a-z]" for folder in ("work", "root", "home", "Users")))
    files = [*house.list_modules(*house.CODE), *(path for path in house.ROOT.iterdir() if path.is_file())]
    files += [path for path in (house.ROOT / ".ci").rglob("*") if path.is_file()]
    readable = [
        path for path in files if path.suffix not in {".pyc", ".png"} and path.name not in {".env", ".git"}
    ]
    assert [house.name(path) for path in readable if pattern.search(path.read_text())] == []


def test_the_image_runs_as_nobody_special() -> None:
    """The last stage names a user by number, so that a cluster can tell that it is not root."""
    last_stage = (house.ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    assert re.search(r"^USER [1-9]\d*", last_stage, re.MULTILINE)


def test_compose_migrates_once_before_anything_serves() -> None:
    """The API and the worker wait until the migrations have run to their end."""
    services = yaml.safe_load((house.ROOT / "compose.yaml").read_text())["services"]
    for name in ("api", "worker"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["migrate"]["restart"] == "no"


def test_compose_has_no_default_for_a_secret() -> None:
    """A secret that nobody set stops `docker compose up` instead of taking an example's value."""
    text = (house.ROOT / "compose.yaml").read_text()
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|KEY)\w*)(\S*)", text)
    assert secrets
    assert [name for name, rest in secrets if not rest.startswith(":?")] == []


def test_containers_can_write_nothing_and_gain_nothing() -> None:
    """A read-only file system, no capability but those that a server's start needs, and no way to more."""
    services = yaml.safe_load((house.ROOT / "compose.yaml").read_text())["services"]
    assert set(services) == {"postgres", "redis", "migrate", "api", "worker"}
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged"), name
        assert service["mem_limit"], name
        if name not in ("postgres", "redis"):
            assert "cap_add" not in service, name
            assert "user" not in service, "the image's own user is no root"
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), "a proxy that ends TLS stands in front"
