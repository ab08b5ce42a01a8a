"""Looks up every package of the locks among known vulnerabilities, by pip-audit; what is not looked up is a failure.

pip-audit ends with 0 where it could not learn anything of a package, as behind a mirror that tells nothing of
vulnerabilities. That would pass for good news, so its answer is read here: each locked package must be in it, looked
up. Ends with 0 when all were and none is vulnerable, 1 when one is, 2 when any was not looked up.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 600


def main(locks: list[str]) -> int:
    """Audit these locks, one after the other; the worst of what each came to."""
    return max(audit(Path(lock)) for lock in locks)


def audit(lock: Path) -> int:
    """Audit one lock, and say what was found."""
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"]
    command += ["--disable-pip", "--require-hashes", "--requirement", str(lock)]
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments
            command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        print(f"{lock.name}: NOT AUDITED, the advisories could not be reached.", file=sys.stderr)
        return 2
    return judge(lock.name, list_locked(lock.read_text()), answer)


def list_locked(text: str) -> set[str]:
    """The names of a lock's packages that are installed on this machine."""
    entries = re.findall(r"^([A-Za-z0-9._-]+)==[^;\\\n]*(;[^\\\n]*)?", text, re.MULTILINE)
    return {normalise(name) for name, marker in entries if not marker.strip()}


def judge(name: str, locked: set[str], answer: dict[str, Any]) -> int:
    """What pip-audit's answer comes to."""
    told = answer.get("dependencies", [])
    looked_up = {normalise(each["name"]) for each in told if "vulns" in each and "skip_reason" not in each}
    vulnerable = [each for each in told if each.get("vulns")]
    for each in vulnerable:
        ids = ", ".join(vulnerability["id"] for vulnerability in each["vulns"])
        print(f"{name}: {each['name']} {each['version']} is VULNERABLE: {ids}", file=sys.stderr)
    missing = sorted(locked - looked_up)
    if missing:
        few = ", ".join(missing[:5])
        print(
            f"{name}: NOT AUDITED: of {len(missing)} of {len(locked)} packages nothing could be learnt ({few} ...)."
            " The index must be one that tells of vulnerabilities, as pypi.org does.",
            file=sys.stderr,
        )
        return 2
    print(f"{name}: {len(looked_up)} packages looked up, {len(vulnerable)} vulnerable")
    return 1 if vulnerable else 0


def normalise(name: str) -> str:
    """A package's name as indexes compare them."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
