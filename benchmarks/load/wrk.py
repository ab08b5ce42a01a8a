"""wrk, with the Lua script beside this file: one thread, which is plenty for one process that answers."""

import json
import math
import subprocess
from pathlib import Path

from benchmarks.load.played import Played

SCRIPT = Path(__file__).with_name("playback.lua")


def play(url: str, file: Path, seconds: float, connections: int, *, is_endless: bool) -> Played:
    """See `load.play`. wrk knows whole seconds alone, and is given them rounded up."""
    command = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{math.ceil(seconds)}s",
        "--timeout",
        "60s",
        "-s",
        str(SCRIPT),
        url,
    ]
    command += ["--", str(file), "endless" if is_endless else "once"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    lines = [line for line in said.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise RuntimeError(f"wrk ended with {said.returncode}: {said.stdout[-500:]} {said.stderr[-500:]}")
    return Played(**json.loads(lines[-1]))
