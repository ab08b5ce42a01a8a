"""The command line: there at once, and every command says what it does."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from app.__main__ import cli
from tests.house import house

COMMANDS = [
    ["serve"],
    ["work"],
    ["migrate"],
    ["sandbox"],
    ["demo"],
    ["compare"],
    ["why"],
    ["doctor"],
    ["restored"],
    ["rotate-keys"],
    ["audit"],
    ["partner", "create"],
    ["partner", "list"],
    *(["key", each] for each in ("list", "create", "rotate", "revoke")),
    *(["connection", each] for each in ("list", "show", "pause", "resume", "run", "data", "erase")),
    *(["replay", each] for each in ("event", "change", "delivery")),
    *(
        ["export", each]
        for each in ("plan", "run", "start", "pause", "resume", "cancel", "watch", "list", "report")
    ),
]
HEAVY = (
    "alembic",
    "arq",
    "asyncpg",
    "fastapi",
    "pydantic",
    "sqlalchemy",
    "starlette",
    "uvicorn",
    "xero_python",
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(command: list[str]) -> None:
    """`--help` of a command is a sentence or more, and works without any setting."""
    shown = CliRunner().invoke(cli, [*command, "--help"])
    assert shown.exit_code == 0
    assert len(shown.output.split()) > 20


def test_help_loads_nothing_heavy() -> None:
    """A command loads what it needs when it runs, so that asking for help takes no time."""
    code = f"import sys, app.__main__; print([name for name in {HEAVY} if name in sys.modules])"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=house.ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"
