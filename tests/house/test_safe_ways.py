"""Ways of writing that are never safe: SQL put together as text, and secrets compared by `==`."""

import ast
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.house import house

OURS = [path for path in house.list_modules("app") if not house.name(path).startswith("app/sandbox")]

SECRET_WORDS = (
    "signature",
    "digest",
    "hmac",
    "secret",
    "password",
    "api_key",
    "access_token",
    "refresh_token",
)

SECRET = re.compile(r"secret|token|bearer|verifier|password|api_key|webhook_key|cookie", re.IGNORECASE)

COMPARED_ON_PURPOSE = {
    "app/xero/tokens.py": "whether somebody else has refreshed a token that both hold",
}
"""Files in which names like these are compared, and what they are."""

WRITTEN_ON_PURPOSE = {
    "app/db/upkeep/gauges.py": "its statements are put together of constants of the module alone, and take no value",
}
"""Files in which SQL is made of more than one literal, and why that is safe."""

TEXT = {"text", "literal_column", "exec_driver_sql"}


def list_written_sql(tree: ast.AST) -> Iterator[int]:
    """Lines on which SQL is made of anything but a literal."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and node.args
            and _name(node.func) in TEXT
            and not _is_fixed(node.args[0])
        ):
            yield node.lineno


def list_leaky_comparisons(tree: ast.AST) -> Iterator[int]:
    """Lines on which `==` or `!=` is asked of something that is named like a secret."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            sides = [node.left, *node.comparators]
            if any(isinstance(side, ast.Constant) for side in sides):
                continue
            if any(word in _name(side).lower() for side in sides for word in SECRET_WORDS):
                yield node.lineno


def _is_fixed(node: ast.expr) -> bool:
    """A literal, or a constant of the module by its name, be it one of several."""
    if isinstance(node, ast.Subscript):
        return _is_fixed(node.value)
    if isinstance(node, ast.JoinedStr):  # a word of an enumeration, for an index that wants it as it is
        parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        return all(isinstance(part, ast.Attribute) and part.attr == "value" for part in parts)
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id.isupper())


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return _name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _imports_text(path: Path) -> bool:
    return "sqlalchemy" in path.read_text()


def test_sql_is_text_only_where_it_is_a_literal() -> None:
    """What comes from outside goes in as a bound parameter; ruff's S608 finds strings that are put together."""
    found = [
        f"{house.name(path)}:{line}"
        for path in OURS
        if _imports_text(path) and house.name(path) not in WRITTEN_ON_PURPOSE
        for line in list_written_sql(house.parse(path))
    ]
    assert found == []
    assert list(list_written_sql(ast.parse("session.execute(text(f'SELECT {x}'))\ntext('SELECT 1')"))) == [1]


def test_secrets_are_compared_in_constant_time() -> None:
    """Byte by byte, how long it took would tell how much was right."""
    named = [path for path in OURS if any(word in path.read_text().lower() for word in SECRET_WORDS)]
    found = {
        house.name(path): lines
        for path in named
        if (lines := list(list_leaky_comparisons(house.parse(path))))
    }
    assert {name: lines for name, lines in found.items() if name not in COMPARED_ON_PURPOSE} == {}
    assert set(COMPARED_ON_PURPOSE) <= set(found), "nothing is compared there any more"
    assert list(list_leaky_comparisons(ast.parse("a.signature == b\nhmac.compare_digest(a, b)"))) == [1]


def list_shown_secrets(tree: ast.AST) -> Iterator[str]:
    """The fields of dataclasses that have a secret's name, are text, and stand in the repr."""
    for kind in ast.walk(tree):
        if isinstance(kind, ast.ClassDef) and any("dataclass" in ast.unparse(d) for d in kind.decorator_list):
            for each in kind.body:
                if isinstance(each, ast.AnnAssign) and _is_shown_secret(each):
                    yield f"{kind.name}.{ast.unparse(each.target)}"


def _is_shown_secret(each: ast.AnnAssign) -> bool:
    kinds = {part.strip() for part in ast.unparse(each.annotation).split("|")}
    is_hidden = each.value is not None and "repr=False" in ast.unparse(each.value)
    return bool(SECRET.search(ast.unparse(each.target))) and "str" in kinds and not is_hidden


def test_no_repr_shows_what_is_secret_by_its_name() -> None:
    """A dataclass shows every field that is not told to be hidden, in each log and error that it comes into."""
    named = [path for path in OURS if "dataclass" in (text := path.read_text()) and SECRET.search(text)]
    found = [
        f"{house.name(path)}: {each}" for path in named for each in list_shown_secrets(house.parse(path))
    ]
    assert found == []
    assert list(list_shown_secrets(ast.parse("@dataclass\nclass A:\n    token: str | None"))) == ["A.token"]


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    """What `make audit` runs."""
    spec = importlib.util.spec_from_file_location("audit", house.ROOT / ".ci" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("dependencies", "code"),
    [
        ([{"name": "A.b", "version": "1", "vulns": []}, {"name": "c", "version": "2", "vulns": []}], 0),
        ([{"name": "a-b", "version": "1", "vulns": [{"id": "CVE-1"}]}, {"name": "c", "vulns": []}], 1),
        ([{"name": "a-b", "version": "1", "vulns": []}], 2),
        ([{"name": "a-b", "skip_reason": "not found on PyPI"}, {"name": "c", "vulns": []}], 2),
        ([], 2),
    ],
    ids=["all well", "vulnerable", "one is missing", "one was skipped", "nothing was learnt"],
)
def test_an_audit_that_learnt_nothing_is_no_good_news(
    audit: ModuleType, dependencies: list[dict[str, object]], code: int
) -> None:
    """pip-audit itself ends with 0 where a mirror told it of no vulnerabilities."""
    assert audit.judge("a lock", {"a-b", "c"}, {"dependencies": dependencies}) == code


@pytest.mark.parametrize(("found", "yanked", "code"), [(2, False, 0), (2, True, 1), (1, False, 1)])
def test_a_package_that_was_withdrawn_or_is_missing_fails(
    audit: ModuleType, found: int, yanked: bool, code: int
) -> None:
    """Any index tells of both, also one that knows no vulnerabilities."""
    names = ("A.b", "c")[:found]
    install = [{"metadata": {"name": name, "version": "1"}, "is_yanked": yanked} for name in names]
    assert audit.judge_report("a lock", {"a-b", "c"}, {"install": install}) == code


def test_every_locked_package_is_audited(audit: ModuleType) -> None:
    """As the locks write them, other machines' packages left out."""
    locked = audit.list_locked((house.ROOT / ".ci" / "locks" / "production.txt").read_text())
    assert {"cryptography", "fastapi", "sqlalchemy", "pydantic-core"} <= locked


def test_the_baseline_of_the_secret_scan_names_files_that_are_there() -> None:
    """A secret that was allowed is one that somebody looked at; what is gone is allowed no more."""
    allowed = json.loads((house.ROOT / ".ci" / "secrets.json").read_text())["allowed"]
    assert [name for name in allowed if not (house.ROOT / name).exists()] == []
    assert [name for name, reasons in allowed.items() if not all(reasons.values())] == []
