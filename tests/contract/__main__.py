"""Call every operation of a running API with drawn data: `python -m tests.contract --seed 1`.

Everything real is started on loopback: PostgreSQL, Redis, the Xero sandbox, a partner's app, the API. A business is
joined, and some invoices stand on both sides. Then schemathesis draws calls from the contract, good ones and bad ones,
alone and in chains, and checks each answer: no 5xx, no status and no shape that the contract does not tell, nothing
refused that it allows, nothing taken that it forbids, no key gone unnoticed. Exit status 1 when one failed.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from app.embedded import open_servers
from app.schema import scratch_database, upgrade
from app.settings import Settings
from tests.contract.stage import Stage, open_stage

HOOKS = "tests.contract.hooks"
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")

_BOOKS = "/(invoices|contacts)"
_BY_RULE = ("--phases", "examples,coverage")
PARTS = {
    "invoices and contacts by rule": (*_BY_RULE, "--include-path-regex", _BOOKS),
    "all else by rule": (*_BY_RULE, "--exclude-path-regex", _BOOKS),
    "drawn, alone and in chains": ("--phases", "fuzzing,stateful"),
}
"""What is called, and how; together they are every operation in every way."""


def main(seed: int = 1, examples: Annotated[int, typer.Option(min=1)] = 12, only: str = "") -> None:
    """`examples` are the drawn calls of each operation in each phase, beside those that cover the contract by rule.

    `only` are the parts whose name holds it.
    """
    with tempfile.TemporaryDirectory(prefix="plumbline-contract-") as folder:
        servers = open_servers(Path(folder), throwaway=True)
        try:
            settings = Settings(_env_file=None, **vars(servers.addresses))
            raise typer.Exit(asyncio.run(_run(settings, seed, examples, only)))
        finally:
            servers.close(wait=True)


async def _run(servers: Settings, seed: int, examples: int, only: str) -> int:
    async with scratch_database(servers.database_url) as database_url:
        await asyncio.to_thread(upgrade, database_url)
        async with open_stage(database_url, servers.redis_url) as stage:
            return await asyncio.to_thread(_draw, stage, seed, examples, only)


def _draw(stage: Stage, seed: int, examples: int, only: str) -> int:
    """Every part by a process of its own, since neither they nor the API fill a core; 1 when one of them failed."""
    with tempfile.TemporaryDirectory(prefix="plumbline-drawn-") as folder:
        typer.echo(f"{len(PARTS)} parts are drawn side by side, for some minutes: {', '.join(PARTS)}")
        running = {name: _begin(stage, seed, examples, name, Path(folder)) for name in PARTS if only in name}
        codes = {name: process.wait() for name, process in running.items()}
        for name, code in codes.items():
            typer.echo(f"\n{name}: {'held' if code == 0 else f'ended with {code}'}\n")
            typer.echo((Path(folder) / name).read_text())
    return int(any(codes.values()))


def _begin(stage: Stage, seed: int, examples: int, name: str, folder: Path) -> "subprocess.Popen[bytes]":
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION), "run", stage.contract_url,
        "--seed", str(seed), "--max-examples", str(examples), "--no-color", *PARTS[name],
    ]  # fmt: skip
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": HOOKS,
        "PLUMBLINE_CONTRACT_KEY": stage.api_key,
        "PLUMBLINE_CONTRACT_PART": str(list(PARTS).index(name)),
        "PLUMBLINE_CONTRACT_KNOWN": json.dumps(stage.known),
    }
    with (folder / name).open("wb") as output:
        return subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)


if __name__ == "__main__":
    typer.run(main)
