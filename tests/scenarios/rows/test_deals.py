"""Section O, where no other story shows a row whole: who may connect and configure."""

import pytest

from tests.loopback import build_client
from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House
from tests.scenarios.troubles import ask


@pytest.mark.proof
async def test_o10_only_an_administrator_connects_and_configures(house: House) -> None:
    """A member's key lets the app write invoices, and a reader's not even those; neither changes what is chosen."""
    chosen, admin = await ask(house.api.get(f"{house.path}/settings")), house.partner
    for role, reference in (("read", "PO 1"), ("member", "PO member")):
        made = await ask(house.api.post("/v1/keys", json={"name": f"a {role}'s", "role": role}))
        async with build_client(str(house.api.base_url), f"Bearer {made['key']}") as caller:
            for call in (
                caller.patch(f"{house.path}/settings", json={"numbering": "xero"}),
                caller.post("/v1/connections", json={"business_id": "biz_2"}),
                caller.post(f"{house.path}/authorise"),
                caller.post(f"{house.path}/pause"),
                caller.delete(house.path),
            ):
                assert (await call).status_code == 403
            assert (await caller.get(house.path)).json()["state"] == "active"
        if role == "read":
            await house.write()
            await house.drain()
        house.partner = admin | {"api_key": made["key"]}
        await house.introduce()
        await house.edit(reference=f"PO {role}")
        await house.drain()
        assert (await house.in_xero())["Reference"] == reference
    assert await ask(house.api.get(f"{house.path}/settings")) == chosen
    await assert_alike(house)
