"""A client is generated from the contract by a generator of the package index, and works against the API."""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.api.driver import Plumbline, document

PACKAGE = "plumbline_client"


def generate(contract: dict[str, Any], folder: Path) -> None:
    """Write the client's package into a folder; fails on the first thing that the generator cannot take."""
    (folder / "openapi.json").write_text(json.dumps(contract))
    (folder / "options.yml").write_text(
        "post_hooks: []\ncontent_type_overrides: {application/x-ndjson: text/plain}\n"
    )
    command = [
        str(Path(sys.executable).with_name("openapi-python-client")), "generate", "--meta", "none", "--fail-on-warning",
        "--path", str(folder / "openapi.json"), "--config", str(folder / "options.yml"),
        "--output-path", str(folder / PACKAGE),
    ]  # fmt: skip
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.proof
async def test_a_generated_client_opens_a_connection_and_sends_an_invoice(
    plumbline: Plumbline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every operation has a function of its name, with types both ways, and no warning was given on the way."""
    contract = plumbline.app.openapi()
    generate(contract, tmp_path)
    operations = {one["operationId"] for item in contract["paths"].values() for one in item.values()}
    assert operations <= {path.stem for path in (tmp_path / PACKAGE / "api").rglob("*.py")}

    monkeypatch.syspath_prepend(str(tmp_path))
    client_class = importlib.import_module(f"{PACKAGE}.client").AuthenticatedClient
    models = importlib.import_module(f"{PACKAGE}.models")
    open_connection = importlib.import_module(f"{PACKAGE}.api.connections.open_connection")
    put_invoice = importlib.import_module(f"{PACKAGE}.api.invoices.put_invoice")
    client = client_class(base_url="http://plumbline.test", token=plumbline.partner["api_key"])
    transport = httpx.ASGITransport(plumbline.app)
    headers = {"authorization": f"Bearer {plumbline.partner['api_key']}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://plumbline.test", headers=headers
    ) as http:
        client.set_async_httpx_client(http)
        body = models.NewConnection(business_id="biz_1")
        opened = await open_connection.asyncio(client=client, body=body)
        assert opened.state == models.ConnectionState.PENDING
        sent = models.Document.from_dict(document())
        stored = await put_invoice.asyncio_detailed(opened.id, "inv_1", client=client, body=sent)
    assert (stored.status_code, stored.parsed.record) == (201, None)
    assert stored.parsed.partner.number == "INV-0042"
