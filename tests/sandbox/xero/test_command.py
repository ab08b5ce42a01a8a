"""The sandbox as a process of its own."""

import json
import subprocess
import sys

import httpx


def test_the_command_prints_one_line_of_json_once_it_listens() -> None:
    """Ids, secrets and addresses; what is given is used; a signal ends it."""
    code = "from app.sandbox.xero.command import run; run(port=0, country='NZ', client_id='ID', webhook_key='KEY')"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        try:
            state = httpx.get(f"{line['control_url']}/state", trust_env=False).json()
        finally:
            process.terminate()
        assert process.wait(60) is not None
    assert line.keys() == {
        "client_id", "client_secret", "webhook_key", "api_url", "identity_url", "login_url", "control_url",
        "tenant_id", "pid",
    }  # fmt: skip
    assert (line["client_id"], line["webhook_key"], line["pid"]) == ("ID", "KEY", process.pid)
    assert state["organisations"][0]["tenant_id"] == line["tenant_id"]
    assert state["organisations"][0]["country"] == "NZ"
