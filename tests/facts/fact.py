"""One fact about Xero that the product relies on: where it stands, who says so, which tests hold it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """A row of the table.

    `fact` is in our own words, `section` a heading of the collected facts (`4.3`, `5 Contacts`), `source` one of their
    keys or a reference there. `tests` maps a test module to the names of its tests, both without their `test_`: the
    sandbox's tests show that it behaves so, the others that the product lives with it.
    """

    section: str
    fact: str
    source: str
    tests: dict[str, str]

    @property
    def test_ids(self) -> list[tuple[str, str]]:
        """(path below tests/, function) of every test that is named."""
        named = []
        for module, names in self.tests.items():
            folder, _, name = module.rpartition("/")
            named += [(f"{folder}/test_{name}.py", f"test_{each}") for each in names.split()]
        return named
