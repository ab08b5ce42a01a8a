"""Looks up every package of the locks: whether it still is what was locked, and among known vulnerabilities.

`--index` asks the index alone, by pip, which any index answers: each locked package has to be there with a hash that
was locked, and its version must not have been withdrawn ("yanked") since. Ends with 0 when that is so, else with 1.

Without it the advisories are asked, by pip-audit; what is not looked up is a failure.

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


def main(words: list[str]) -> int:
    """Audit these locks, one after the other; the worst of what each came to."""
    look = ask_index if "--index" in words else audit
    return max(look(Path(lock)) for lock in words if lock != "--index")


def ask_index(lock: Path) -> int:
    """Have pip find every package of a lock, install none, and tell which were withdrawn."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--report", "-"]
    command += ["--no-deps", "--ignore-installed", "--require-hashes", "--requirement", str(lock)]
    done = subprocess.run(  # noqa: S603 - our own arguments
        command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    if done.returncode != 0:
        print(f"{lock.name}: NOT FOUND as it was locked:\n{done.stderr[-2000:]}", file=sys.stderr)
        return 1
    return judge_report(lock.name, list_locked(lock.read_text()), json.loads(done.stdout))


def judge_report(name: str, locked: set[str], report: dict[str, Any]) -> int:
    """What pip's report of a lock comes to."""
    found = report["install"]
    missing = sorted(locked - {normalise(each["metadata"]["name"]) for each in found})
    withdrawn = [
        f"{each['metadata']['name']} {each['metadata']['version']}" for each in found if each["is_yanked"]
    ]
    for what, which in (("not found", missing), ("WITHDRAWN by who made it", withdrawn)):
        if which:
            print(f"{name}: {what}: {', '.join(which)}", file=sys.stderr)
    if missing or withdrawn:
        return 1
    print(f"{name}: {len(found)} packages are as they were locked, and none was withdrawn")
    return 0


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
