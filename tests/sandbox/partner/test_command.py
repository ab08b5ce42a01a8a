"""The partner's app as a process of its own."""

import json
import subprocess
import sys

import httpx

START = "from app.sandbox.partner.command import run; run(0, '127.0.0.1')"


def test_the_process_prints_one_line_once_it_listens_and_stops_when_told() -> None:
    """Whoever starts it reads one line and can call at once."""
    with subprocess.Popen([sys.executable, "-c", START], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        addresses = json.loads(process.stdout.readline())
        answer = httpx.get(f"{addresses['control_url']}/invoices", trust_env=False)
        process.terminate()
        rest = process.stdout.read()
    assert answer.json() == {"data": []}
    assert addresses["webhook_url"] == f"{addresses['url']}/plumbline/webhooks"
    assert addresses["pid"] == process.pid
    assert rest == ""
