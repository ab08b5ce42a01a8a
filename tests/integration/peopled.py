"""A database in which there is one partner: it is made once in a test process, and each test gets a copy."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.commands.acts.new_partner import create_partner
from app.schema import find_database
from tests.databases import Databases
from tests.integration.api.driver import build_settings


@dataclass(frozen=True)
class Peopled:
    """The name of the database, to be copied, and the partner in it as it was shown when it was made."""

    database: str
    partner: dict[str, str]


@contextmanager
def people(databases: Databases, template: str) -> Iterator[Peopled]:
    """A copy of the template with a partner in it, until the block ends."""
    with databases.copy(template) as url:
        settings = build_settings(url, "redis://nowhere.invalid")
        yield Peopled(find_database(url), asyncio.run(create_partner(settings, "Tradie Tools", None)))
