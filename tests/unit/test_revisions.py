"""Versions of the schema, read from their files."""

from alembic.script import ScriptDirectory

from app.revisions import list_pending, list_revisions
from app.schema import MIGRATIONS


def test_they_are_those_that_alembic_knows_in_its_order() -> None:
    """Two ways to read the same files must not disagree."""
    known = [each.revision for each in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    assert [revision.number for revision in list_revisions()] == known[::-1]
    assert all(revision.title for revision in list_revisions())


def test_what_a_database_lacks_is_what_comes_after_its_own() -> None:
    """All for one that has none; nothing for the newest, and for one that is newer than this code."""
    first, *others = list_revisions()
    assert list_pending(None) == (first, *others)
    assert list_pending(first.number) == tuple(others)
    assert list_pending(list_revisions()[-1].number) == ()
    assert list_pending("9999") == ()
