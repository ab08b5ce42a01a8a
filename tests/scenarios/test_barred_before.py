"""What was held for a bar before there were codes for one is found by the version that brings them, and goes."""

import importlib.util
from datetime import timedelta

import pytest
from sqlalchemy import text

from app import schema
from tests.scenarios.house import House
from tests.scenarios.test_barred import bar, lift, pass_time
from tests.scenarios.test_items import TAP, items_in_xero, send, stands
from tests.scenarios.troubles import assert_in_step

AGING = """
    UPDATE {table} SET reason_code = 'refused_by_xero', reason_cure = 'Read the words.',
        reason_message = 'Xero refused it and said: ' || CAST(:words AS text)
    WHERE state = 'held'
"""


async def age(house: House, table: str, words: str) -> None:
    """What is held there, is as it was held before there were codes for it."""
    async with house.database.writing() as session:
        await session.execute(text(AGING.format(table=table)), {"words": words})
        await session.execute(text("UPDATE connections SET barred_since = NULL, probe_at = NULL"))


async def migrate(house: House) -> None:
    """The version that finds them, which is there from the start, runs once more."""
    version = next((schema.MIGRATIONS / "versions").glob("*_bars_of_before.py"))
    spec = importlib.util.spec_from_file_location("version", version)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    async with house.database.writing() as session:
        for statement in module.FINDING:
            await session.execute(text(statement.replace(":", r"\:")))


@pytest.mark.parametrize(
    ("kind", "code", "words"),
    [
        ("forbidden", "not_permitted", "Forbidden"),
        ("forbidden", "not_permitted", "Xero answered 403 with no text"),
        ("precondition_failed", "precondition_failed", "One or more of the request's preconditions failed"),
    ],
)
async def test_what_was_held_before_there_were_codes_for_it_is_found(
    house: House, kind: str, code: str, words: str
) -> None:
    """Invoices, contacts and products are held by the codes of now, with their words, and go as those do."""
    await house.choose(items="on")
    await house.write()
    await house.drain()
    for path in ("/Invoices", "/Contacts", "/Items"):
        await bar(house, kind, path=path, method="PUT")
    await house.write("inv_2", contact={"id": "cus_2", "name": "Robin"})
    await house.write("inv_3")
    await send(house, TAP)
    await house.drain()
    for table in ("invoice_links", "contact_links", "item_links"):
        await age(house, table, words)
    await migrate(house)
    assert [await house.held_as(each) for each in ("inv_2", "inv_3")] == [code, code]
    assert words in (await house.resource("inv_3"))["reason"]["message"]
    assert await stands(house) == ("held", code)
    await lift(house)
    await pass_time(house, timedelta(minutes=30))
    await assert_in_step(house, "inv_3", "N-inv_3")
    await assert_in_step(house, "inv_2", "N-inv_2")
    assert set(await items_in_xero(house)) == {"TAP"}


async def test_what_was_held_in_words_that_do_not_tell_is_tried_once(house: House) -> None:
    """It may have been one of those: after an hour each is tried, and goes if Xero takes it."""
    await bar(house, method="PUT")
    await house.write()
    await house.write("inv_2")
    await house.drain()
    await age(house, "invoice_links", "No.")
    await migrate(house)
    await lift(house)
    await pass_time(house, timedelta(minutes=30))
    assert await house.held_as() == "refused_by_xero"
    await pass_time(house, timedelta(minutes=60))
    await assert_in_step(house)
    await assert_in_step(house, "inv_2", "N-inv_2")
