"""What holds of every operation under /v1, asked of each that the contract has: one that is new is asked by itself."""

from typing import Any

from tests.integration.api.driver import Plumbline, document, name_faults
from tests.integration.api.operations import Operation, list_operations
from tests.served import build_contract


def operations_of(plumbline: Plumbline) -> list[Operation]:
    """All of them."""
    found = list(list_operations(build_contract()))
    assert len(found) > 40
    return found


ADMINS_ALONE = {"list_audit", "export_data", "get_erasure"}
"""Reads that are not for everybody."""


async def join(plumbline: Plumbline) -> dict[str, str]:
    """Ids of what the partner has, by the names of the parameters that take them."""
    path = await plumbline.open_active()
    (await plumbline.http.put(f"{path}/invoices/inv_8801", json=document(id="inv_8801"))).raise_for_status()
    app = {"name": "Ours", "client_id": "9F3A6C0E1B2D4A5F", "client_secret": "the secret that Xero showed"}
    return {
        "connection_id": path.rpartition("/")[2],
        "xero_app_id": (await plumbline.http.post("/v1/xero-apps", json=app)).json()["id"],
        "key_id": (await plumbline.make_key("read"))["id"],
    }


async def read_all(plumbline: Plumbline) -> list[Any]:
    """What no stranger may change."""
    names = ("connections", "invoice_links", "xero_apps", "changes", "conflicts", "oauth_states")
    keys = "SELECT id, name, role, revoked_at, expires_at, replaced_by FROM api_keys ORDER BY id"
    return [await plumbline.execute(keys)] + [
        await plumbline.execute(f"SELECT * FROM {name} ORDER BY 1")  # noqa: S608 - names of this test
        for name in names
    ]


async def test_no_operation_answers_a_stranger_or_writes_for_a_key_that_reads(plumbline: Plumbline) -> None:
    """401 without a key and with an unknown one; 403 for a write with a `read` key, whose reads are let in (O10)."""
    ids = await join(plumbline)
    reader = (await plumbline.make_key("read"))["key"]
    before = await read_all(plumbline)
    async with (
        plumbline.as_partner(None) as nobody,
        plumbline.as_partner("plk_unknown") as guesser,
        plumbline.as_partner(reader) as reading,
    ):
        for operation in operations_of(plumbline):
            for stranger in (nobody, guesser):
                refused = await operation.call(stranger, ids)
                assert (refused.status_code, name_faults(refused)) == (401, []), operation.name
            answer = await operation.call(reading, ids)
            if operation.is_read and operation.name not in ADMINS_ALONE:
                assert answer.status_code not in (401, 403), (operation.name, answer.text)
            else:
                assert answer.status_code == 403, (operation.name, answer.text)
                assert name_faults(answer) == []
    assert await read_all(plumbline) == before
