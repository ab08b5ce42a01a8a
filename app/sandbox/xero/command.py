"""The command that runs the sandbox alone: prints one JSON line once it listens, then serves until it is stopped."""

import json
import os
import sys

from app.sandbox.xero.memory.sandbox import Start, build_sandbox
from app.sandbox.xero.server import bind, build_server


def run(
    port: int = 0,
    host: str = "127.0.0.1",
    webhook_url: str | None = None,
    country: str = "AU",
    client_id: str | None = None,
    client_secret: str | None = None,
    webhook_key: str | None = None,
    organisation_name: str = "Plumb Trades Pty Ltd",
    app_name: str = "Sandbox app",
) -> None:
    """Serve a sandbox Xero organisation (port 0: a free port; secrets are made up unless given)."""
    listener, root_url = bind(host, port)
    start = Start(
        country=country,
        organisation_name=organisation_name,
        app_name=app_name,
        client_id=client_id,
        client_secret=client_secret,
        webhook_key=webhook_key,
        webhook_url=webhook_url,
    )
    sandbox = build_sandbox(start, root_url)
    line = json.dumps(
        {
            "client_id": sandbox.identity.client_id,
            "client_secret": sandbox.identity.client_secret,
            "webhook_key": sandbox.webhooks.key,
            "api_url": root_url,
            "identity_url": root_url,
            "login_url": root_url,
            "control_url": f"{root_url}/control",
            "tenant_id": next(iter(sandbox.organisations)),
            "pid": os.getpid(),
        }
    )

    def announce() -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    build_server(sandbox, announce).run(sockets=[listener])
