"""The commands by which an installation is looked after, as they are typed: what they print and end with."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import text

from app.clock import SystemClock
from app.db.connections.connections import insert_connection
from app.db.postgres.session import Database
from app.settings import Settings
from app.wiring import open_worker
from tests.scenarios.house import House
from tests.scenarios.operator import type_alone, type_in
from tests.scenarios.test_doctor import execute
from tests.scenarios.troubles import rows

LEASED = text("UPDATE connections SET lease_until = :until, lease_owner = 'a worker' WHERE id = :id")


async def test_doctor_says_how_the_deployment_is_and_ends_with_it(house: House) -> None:
    """0 and a tick for each where all is well, 1 with the cure where not; settings that cannot be read are refused."""
    await house.write()
    await house.drain()
    well = await type_in(house, "doctor", "--json")
    assert (well.code, well.json["is_well"]) == (0, True)
    found = {one["check"]: one["outcome"] for one in well.json["findings"]}
    assert found["way to the database"] == found["way to redis"] == found["migrations"] == "passed"
    await execute(house, "UPDATE subscriptions SET silent_since = now()")
    lost = house.settings.model_copy(update={"public_url": "http://127.0.0.1:1"})
    wrong = await type_in(house, "doctor", settings=lost)
    assert wrong.code == 1
    assert all(word in wrong.words for word in ("✗", "public address", "gives no answer", "Start `serve`"))
    unreadable = house.settings.model_copy(update={"database_url": "mysql://somebody@db.example/plumbline"})
    refused = await type_in(house, "doctor", settings=unreadable)
    assert (refused.code, refused.out, "postgresql://" in refused.said) == (2, "", True)


async def test_keys_that_encrypt_are_rotated(house: House) -> None:
    """`--check` counts and changes nothing; a rotation ends with 0 once the newest key opens everything."""
    [old] = house.settings.secret_keys
    new, strange = (SecretStr(Fernet.generate_key().decode()) for _ in range(2))
    both, alone, wrong = (
        house.settings.model_copy(update={"secret_keys": keys}) for keys in ((new, old), (new,), (strange,))
    )
    looked = await type_in(house, "rotate-keys", "--check", "--json", settings=both)
    assert (looked.code, looked.json["is_done"]) == (1, False)
    left = {each["table"]: each["left"] for each in looked.json["tables"] if each["left"]}
    assert left == {"token_sets": 1, "oauth_states": 1, "webhook_secrets": 2}
    again = await type_in(house, "rotate-keys", "--check", settings=both)
    assert (again.code, "rows still need an older key" in again.words) == (1, True)
    rotated = await type_in(house, "rotate-keys", settings=both)
    assert (rotated.code, "may be taken out of PLUMBLINE_SECRET_KEYS" in rotated.words) == (0, True)
    assert "webhook_secrets: 2 rows seen, 2 encrypted anew, 0 left" in rotated.said
    assert (await type_in(house, "rotate-keys", "--check", settings=alone)).code == 0
    lost = await type_in(house, "rotate-keys", settings=wrong)
    assert (lost.code, "opened by no key" in lost.words) == (1, True)
    assert all(key.get_secret_value() not in rotated.words for key in (old, new))
    back = house.settings.model_copy(update={"secret_keys": (old, new)})
    assert (await type_in(house, "rotate-keys", settings=back)).code == 0
    await house.write()
    await house.drain()
    assert (await house.in_xero())["Reference"] == "PO 1"


async def test_the_audit_log_is_listed_as_the_api_lists_it_and_tampering_shows(house: House) -> None:
    """Of a partner and of the whole installation; a check prints the last hash, and ends with 1 where one is broken."""
    partner = house.partner["partner_id"]
    by_api = (await house._json(house.api.get("/v1/audit")))["data"]
    listed = await type_in(house, "audit", partner, "--json")
    assert (listed.code, listed.json["data"]) == (0, by_api)
    rest = await type_in(house, "audit", partner, "--after", by_api[0]["id"], "--limit", 1, "--json")
    assert rest.json["data"] == by_api[1:2]
    shown = await type_in(house, "audit", partner)
    assert all(word in shown.words for word in ("Audit log of Tradie Tools", "partner_made", "operator"))
    every = await type_in(house, "audit", "--json")
    assert every.json["data"] == [{"partner_id": partner, **entry} for entry in by_api]
    whole = await type_in(house, "audit", "--check", "--json")
    assert (whole.code, whole.json["broken_at"], whole.json["entries"]) == (0, None, len(by_api))
    assert [(log["partner_id"], log["hash"]) for log in whole.json["logs"]] == [(partner, by_api[-1]["hash"])]
    checked = await type_in(house, "audit", partner, "--check", "--json")
    assert (checked.code, checked.json["hash"]) == (0, by_api[-1]["hash"])
    await execute(house, "ALTER TABLE audit_entries DISABLE TRIGGER USER")
    await execute(house, f"UPDATE audit_entries SET action = 'key_revoked' WHERE id = {by_api[1]['id']}")  # noqa: S608
    broken = await type_in(house, "audit", partner, "--check", "--json")
    assert (broken.code, broken.json["broken_at"]) == (1, by_api[1]["id"])
    assert (await type_in(house, "audit", partner, "--check")).code == 1
    anywhere = await type_in(house, "audit", "--check", "--json")
    assert (anywhere.code, anywhere.json["broken_at"]) == (1, by_api[1]["id"])
    assert (await type_in(house, "audit", "--after", 2**63)).code == 2
    stranger = await type_in(house, "audit", uuid4())
    assert (stranger.code, "`partner list`" in stranger.said, stranger.out) == (2, True, "")


async def test_what_is_kept_of_a_business_is_printed_and_then_erased(house: House) -> None:
    """A line a row, without secrets, and told to the audit log; nothing is erased without `--yes`, and then all is."""
    await house.write()
    await house.drain()
    one = house.connection_id
    printed = await type_in(house, "connection", "data", one)
    lines = [json.loads(line) for line in printed.out.splitlines()]
    assert (printed.code, lines[-1]) == (0, {"rows": len(lines) - 1})
    assert {"connections", "invoice_links", "contact_links", "attempts"} <= {
        line["table"] for line in lines[:-1]
    }
    assert "Kim Tran" in printed.out
    assert {"refresh_token", "access_token"} & {key for line in lines[:-1] for key in line["row"]} == set()
    told = (await house._json(house.api.get("/v1/audit", params={"action": "data_exported"})))["data"]
    assert [(entry["actor"], entry["connection_id"]) for entry in told] == [("operator", one)]

    refused = await type_in(house, "connection", "erase", one)
    assert (refused.code, refused.said.strip()) == (2, "It cannot be undone. Say --yes.")
    assert (await house._json(house.api.get(house.path)))["state"] == "active"
    asked = await type_in(house, "connection", "erase", one, "--yes", "--json")
    assert (asked.code, asked.json["state"]) == (1, "waiting_for_xero")
    house.clock.advance(timedelta(minutes=1))
    await house.parts.closings.close_due()
    waiting = await type_in(house, "connection", "erase", one, "--yes")
    assert (waiting.code, "erasing" in waiting.words) == (1, True)
    await house.parts.erasures.erase_due()
    done = await type_in(house, "connection", "erase", one, "--yes", "--json")
    assert (done.code, done.json["state"], done.json["rows"] > 5) == (0, "erased", True)
    assert await rows(house, "SELECT id FROM invoice_links") == []
    unknown = await type_in(house, "connection", "erase", uuid4(), "--yes")
    assert (unknown.code, "`connection list`" in unknown.said) == (2, True)


async def test_a_copy_that_was_put_back_is_doubted_while_nobody_is_at_work(house: House) -> None:
    """Refused while an API or a worker has it open, unless forced; then it says what is doubted, and until when."""
    await house.write("inv_1", status="draft")
    await house.drain()
    busy = await type_in(house, "restored")
    assert (busy.code, busy.out) == (2, "")
    assert all(word in busy.said for word in ("of an API", "of a worker", "--force"))
    assert await rows(house, "SELECT id FROM connections WHERE doubted_until IS NOT NULL") == []
    future = await type_in(house, "restored", "--force", "--made-at", "2071-01-01")
    assert (future.code, "cannot be made in the future" in future.words) == (1, True)
    unread = await type_in(house, "restored", "--force", "--made-at", "yesterday")
    assert (unread.code, unread.out) == (2, "")
    made_at = SystemClock().now() - timedelta(hours=1)
    forced = await type_in(
        house, "restored", "--force", "--made-at", f"{made_at:%Y-%m-%dT%H:%M:%S%z}", "--days", 3, "--json"
    )
    assert (forced.code, forced.json["connections"], forced.json["creates_looked_for"]) == (0, 1, 1)
    [doubted] = await rows(house, "SELECT doubted_since, doubted_until FROM connections")
    assert doubted["doubted_since"] == made_at.replace(microsecond=0)
    assert doubted["doubted_until"] - SystemClock().now() > timedelta(days=2, hours=23)


async def test_a_lease_and_a_worker_that_lives_hold_a_restore_up(database_url: str, redis_url: str) -> None:
    """Each alone is reason enough, and none of both is none; an empty database has nothing to doubt."""
    settings = Settings(
        _env_file=None,
        database_url=database_url,
        redis_url=redis_url,
        public_url="http://localhost:1",
        secret_keys=Fernet.generate_key().decode(),
    )
    async with open_worker(settings) as parts:
        await parts.sweep.nudge_behind()
        assert "of a worker" in (await type_alone(settings, "restored")).said
    empty = await type_alone(settings, "restored")
    assert (empty.code, "There is nothing in this database." in empty.words) == (0, True)
    made = await type_alone(settings, "partner", "create", "Tradie Tools", "--json")
    database, soon = Database(database_url), SystemClock().now() + timedelta(seconds=90)
    async with database.writing() as session:
        one = await insert_connection(session, UUID(made.json["partner_id"]), "biz_1", "Tran Plumbing")
        await session.execute(LEASED, {"id": one.id, "until": soon})
    leased = await type_alone(settings, "restored")
    assert (leased.code, "1 leases in force" in leased.said) == (2, True)
    async with database.writing() as session:
        await session.execute(LEASED, {"id": one.id, "until": SystemClock().now()})
    await database.close()
    assert (await type_alone(settings, "restored")).code == 0
