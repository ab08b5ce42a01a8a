"""The table of facts is whole: every section has rows, every test that it names exists, every open question is met."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.facts.about_consent import CONSENT, LIMITS, WEBHOOKS
from tests.facts.about_invoices import EDITING, MONEY, TALKING
from tests.facts.about_resources import CASH, PEOPLE_AND_THINGS, SETTINGS
from tests.facts.fact import Fact
from tests.facts.promises import PROMISES
from tests.facts.unconfirmed import NOTHING_TO_TEST, UNCONFIRMED
from tests.sandbox.xero.specification import SPECIFICATION

TESTS = Path(__file__).resolve().parents[1]
CHAPTERS = ("1", "2", "3", "4", "5", "8")
COLLECTED = SPECIFICATION.parent / "FACTS.md"
TABLE = [*CONSENT, *LIMITS, *WEBHOOKS, *EDITING, *MONEY, *TALKING, *PEOPLE_AND_THINGS, *CASH, *SETTINGS]
needs_the_facts = pytest.mark.skipif(
    not COLLECTED.exists(), reason="The facts collected of Xero are not beside the repository"
)


@cache
def list_tests(path: str) -> frozenset[str]:
    """The tests of a file, by name."""
    tree = ast.parse((TESTS / path).read_text())
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, functions))


@cache
def read_sections() -> dict[str, str]:
    """The text under each heading of sections 1 to 5 and 8, by number and by name where there is no number."""
    sections: dict[str, str] = {}
    chapter = ""
    for mark, title, text in re.findall(
        r"^(##+) (.+?)\n(.*?)(?=^##|\Z)", COLLECTED.read_text(), re.MULTILINE | re.DOTALL
    ):
        number = re.match(r"\d+(\.\d+)?", title)
        if mark == "##":
            chapter = number[0] if number else title
        name = number[0] if number else f"{chapter} {title}"
        if chapter in CHAPTERS:
            sections[name] = f"{title}\n{text}" if text.strip() else ""
    return {name: text for name, text in sections.items() if text}


@pytest.mark.parametrize("fact", [*TABLE, *UNCONFIRMED], ids=lambda fact: f"{fact.section}-{fact.fact[:40]}")
def test_the_tests_of_a_fact_exist(fact: Fact) -> None:
    """A fact that nothing holds to is a guess."""
    assert fact.test_ids
    assert [f"{path}::{name}" for path, name in fact.test_ids if name not in list_tests(path)] == []


def test_no_fact_stands_twice() -> None:
    """Each is said once, in one sentence."""
    sentences = [fact.fact for fact in TABLE]
    assert len(set(sentences)) == len(sentences)
    assert [sentence for sentence in sentences if not sentence.endswith(".")] == []


@needs_the_facts
def test_every_section_has_rows() -> None:
    """Nothing of sections 1 to 5 is relied on by accident."""
    assert read_sections().keys() - {"8"} == {fact.section for fact in TABLE}


@needs_the_facts
@pytest.mark.parametrize("fact", [*TABLE, *UNCONFIRMED], ids=lambda fact: f"{fact.section}-{fact.fact[:40]}")
def test_a_source_is_one_that_its_section_names(fact: Fact) -> None:
    """Where a fact comes from can be looked up under its heading."""
    assert fact.source in read_sections()[fact.section]


@needs_the_facts
def test_every_open_question_is_met() -> None:
    """A test for either answer, or the reason why there is none."""
    questions = re.split(r"; |\. ", read_sections()["8"].partition("\n")[2].strip().rstrip("."))
    met = [fact.source for fact in UNCONFIRMED if fact.section == "8"] + list(NOTHING_TO_TEST)
    assert [question for question in questions if not any(question.startswith(known) for known in met)] == []


@needs_the_facts
def test_every_promise_names_its_sections() -> None:
    """Each rule for our requests has the fact behind it."""
    headings = set(re.findall(r"^##+ (\d+(?:\.\d+)?)", COLLECTED.read_text(), re.MULTILINE))
    sections = [
        section.split()[0].partition(",")[0]
        for named, _ in PROMISES.values()
        for section in named.split(", ")
    ]
    assert [section for section in sections if section.partition(".")[0] not in headings] == []
