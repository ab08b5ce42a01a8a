"""Scans every file of the repository for secrets, by detect-secrets; nothing is asked of anybody.

What looks like a secret and is none stands in `secrets.json`, by file and hash, with the reason why it may stay. Lines
may move; another value, or one in another file, is found. Ends with 0 when nothing was found that is not allowed.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings

ALLOWED = Path(__file__).with_name("secrets.json")
FULL_OF_HASHES = (".ci/locks/", ".ci/secrets.json")


def main() -> int:
    """Scan, and name what is not allowed."""
    told: dict[str, Any] = json.loads(ALLOWED.read_text())
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True)  # noqa: S607 - git
    files = [name for name in listed.stdout.splitlines() if not name.startswith(FULL_OF_HASHES)]
    found = SecretsCollection()
    with transient_settings({"plugins_used": told["plugins"]}):
        found.scan_files(*files, num_processors=os.cpu_count())
    strangers = [
        f"{name}:{secret.line_number}: {secret.type}; {secret.secret_hash}"
        for name, secret in found
        if secret.secret_hash not in told["allowed"].get(name, {})
    ]
    for line in strangers:
        print(line, file=sys.stderr)
    if strangers:
        print(
            "Take them out; or, if they are none, allow them in .ci/secrets.json with a reason.",
            file=sys.stderr,
        )
    return 1 if strangers else 0


if __name__ == "__main__":
    sys.exit(main())
