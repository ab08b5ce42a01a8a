"""The feed of notices, and a compare on demand, as a partner calls them."""

from datetime import UTC, datetime
from uuid import UUID

from app.db.delivery.notices import insert_notice
from app.domain.connections.connection import ConnectionState
from tests.integration.api.driver import Plumbline, name_faults


async def tell(plumbline: Plumbline, path: str, *kinds: str) -> None:
    """Write notices, as whoever moves a connection does."""
    async with plumbline.database.writing() as session:
        for kind in kinds:
            body = {"state": kind, "reason": None}
            await insert_notice(
                session, UUID(path.split("/")[3]), f"connection.{kind}", body, datetime.now(UTC)
            )


async def test_the_feed_has_every_notice_in_order_by_cursor(plumbline: Plumbline) -> None:
    """Whether it was sent or not; the page after a cursor begins behind it, and the last one has no next."""
    path, other = await plumbline.open_active(), await plumbline.open_active()
    await tell(plumbline, path, "connected", "paused", "resumed")
    await tell(plumbline, other, "connected")
    first = (await plumbline.http.get(f"{path}/notices", params={"limit": 2})).json()
    assert [notice["type"] for notice in first["data"]] == ["connection.connected", "connection.paused"]
    assert int(first["next"]) == first["data"][-1]["cursor"]
    assert first["data"][0]["state"] == "connected"
    rest = (await plumbline.http.get(f"{path}/notices", params={"cursor": first["next"]})).json()
    assert [notice["type"] for notice in rest["data"]] == ["connection.resumed"]
    assert rest["next"] is None


async def test_the_feed_is_the_partners_own(plumbline: Plumbline) -> None:
    """Another's connection is not there; a cursor that is none is refused by name."""
    path = await plumbline.open_active()
    async with plumbline.as_partner("plk_nobody") as stranger:
        assert (await stranger.get(f"{path}/notices")).status_code == 401
    unknown = "/v1/connections/00000000-0000-0000-0000-000000000000/notices"
    assert (await plumbline.http.get(unknown)).status_code == 404
    assert name_faults(await plumbline.http.get(f"{path}/notices", params={"cursor": -1})) == ["cursor"]


async def test_a_removed_connection_can_still_be_asked_for_its_notices(plumbline: Plumbline) -> None:
    """That it was removed is one of them."""
    path = await plumbline.open_active()
    await tell(plumbline, path, "removed")
    await plumbline.set_state(path, ConnectionState.REMOVED)
    feed = (await plumbline.http.get(f"{path}/notices")).json()
    assert [notice["type"] for notice in feed["data"]] == ["connection.removed"]


async def test_a_compare_is_accepted_at_once_and_wakes_a_worker(plumbline: Plumbline) -> None:
    """202 with the connection behind; asking again while it waits changes nothing but the generation."""
    path = await plumbline.open_active()
    for _ in range(2):
        answer = await plumbline.http.post(f"{path}/compare")
        assert answer.status_code == 202
        assert answer.json()["is_behind"] is True
        assert answer.json()["compared_at"] is None
    assert (await plumbline.get_connection(path)).compare_due
    assert await plumbline.count_nudges() == 1
