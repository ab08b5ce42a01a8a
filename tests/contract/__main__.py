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


def main(seed: int = 1, examples: Annotated[int, typer.Option(min=1)] = 12) -> None:
    """`examples` are the drawn calls of each operation in each phase, beside those that cover the contract by rule."""
    with tempfile.TemporaryDirectory(prefix="plumbline-contract-") as folder:
        servers = open_servers(Path(folder), throwaway=True)
        try:
            settings = Settings(_env_file=None, **vars(servers.addresses))
            raise typer.Exit(asyncio.run(_run(settings, seed, examples)))
        finally:
            servers.close(wait=True)


async def _run(servers: Settings, seed: int, examples: int) -> int:
    async with scratch_database(servers.database_url) as database_url:
        await asyncio.to_thread(upgrade, database_url)
        async with open_stage(database_url, servers.redis_url) as stage:
            return await asyncio.to_thread(_draw, stage, seed, examples)


def _draw(stage: Stage, seed: int, examples: int) -> int:
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION), "run", stage.contract_url,
        "--seed", str(seed), "--max-examples", str(examples), "--no-color",
    ]  # fmt: skip
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": HOOKS,
        "PLUMBLINE_CONTRACT_KEY": stage.api_key,
        "PLUMBLINE_CONTRACT_KNOWN": json.dumps(stage.known),
    }
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    typer.run(main)
