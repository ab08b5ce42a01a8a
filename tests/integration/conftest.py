"""A partner who was there before, for tests of what partners call."""

from collections.abc import Iterator

import pytest

from tests.databases import Databases
from tests.integration.peopled import Peopled, people


@pytest.fixture(scope="session")
def peopled(databases: Databases, template_database: str) -> Iterator[Peopled]:
    """A database in which there is one partner, to be copied."""
    with people(databases, template_database) as made:
        yield made


@pytest.fixture
def peopled_url(databases: Databases, peopled: Peopled) -> Iterator[str]:
    """A database for this test alone, in which there is one partner."""
    with databases.copy(peopled.database) as url:
        yield url
