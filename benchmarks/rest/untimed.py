"""A worker whose timers never run: what the database reads beside it was read for the changes that it is given.

python -m benchmarks.rest.untimed
"""

from typing import Any
from unittest.mock import patch

from arq.worker import Worker

from app.settings import Settings
from app.worker import process
from app.worker.jobs import build_worker


def _build_untimed(*parts: Any) -> Worker:
    worker = build_worker(*parts)
    worker.cron_jobs = []
    return worker


if __name__ == "__main__":
    with patch.object(process, "build_worker", _build_untimed):
        process.run(Settings())
