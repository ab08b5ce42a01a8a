"""`doctor` on a deployment that is well, and on the same one after this and that went wrong."""

from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import text

from app.commands.acts.examining import diagnose
from app.commands.shown import Exit, Shown
from app.settings import Settings
from tests.scenarios.house import House


async def test_each_thing_that_is_wrong_is_named_with_its_cure(house: House) -> None:
    """First nothing is; then keys are lost, webhooks fall silent, the schema is left behind, and Xero is gone."""
    await house.write()
    await house.drain()
    await house.edit_xero(Reference="PO 2")
    await house.drain()
    well = await diagnose(house.settings)
    assert list_wrong(well) == {}
    assert well.code is Exit.WELL
    assert outcomes(well)["xero webhooks"] == "passed"

    await execute(house, "UPDATE subscriptions SET silent_since = now()")
    other_keys = house.settings.model_copy(
        update={"secret_keys": (SecretStr(Fernet.generate_key().decode()),)}
    )
    wrong = list_wrong(await diagnose(other_keys))
    assert wrong.keys() == {"secret keys", "xero webhooks"}
    assert "PLUMBLINE_SECRET_KEYS" in wrong["secret keys"]

    await execute(house, "UPDATE alembic_version SET version_num = '0009'")
    nowhere = house.settings.model_copy(
        update={"xero_identity_url": "http://127.0.0.1:1", "public_url": "http://127.0.0.1:1"}
    )
    shown = await diagnose(nowhere)
    assert shown.code is Exit.NOT_WELL
    assert list_wrong(shown).keys() == {"migrations", "public address", "xero identity"}
    assert "python -m app migrate" in list_wrong(shown)["migrations"]
    assert outcomes(shown)["secret keys"] == "not_reached"
    answer = await house.api.get("/readyz")
    assert answer.status_code == 503
    assert "0010" in answer.json()["detail"]
    assert "python -m app migrate" in answer.json()["detail"]


async def test_servers_that_are_gone_are_findings(house: House) -> None:
    """It answers whatever is broken, and says nothing of what stood on it."""
    gone = house.settings.model_copy(
        update={
            "database_url": "postgresql+asyncpg://nobody@127.0.0.1:1/nothing",
            "redis_url": "redis://127.0.0.1:1/0",
        }
    )
    shown = await diagnose(Settings(**gone.model_dump()))
    assert {"database", "redis"} <= list_wrong(shown).keys()
    assert outcomes(shown)["migrations"] == outcomes(shown)["workers"] == "not_reached"


async def execute(house: House, statement: str) -> None:
    """A statement of an operator who knows what they do."""
    async with house.database.writing() as session:
        await session.execute(text(statement))


def outcomes(shown: Shown) -> dict[str, str]:
    """What each check came to."""
    return {one["check"]: one["outcome"] for one in shown.data["findings"]}


def list_wrong(shown: Shown) -> dict[str, str]:
    """The cures of what failed, by check."""
    return {one["check"]: one["cure"] for one in shown.data["findings"] if one["outcome"] == "failed"}
