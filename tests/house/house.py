"""Where the house tests find what they look at."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("app", "migrations", "benchmarks", "tests")

_HOLDS_STATEMENTS = (ast.stmt, ast.ExceptHandler, ast.match_case)


@dataclass(frozen=True)
class Function:
    """A function or method as it stands in its file, nested ones too."""

    name: str
    lines: int
    has_docstring: bool
    is_at_top: bool


@dataclass(frozen=True)
class Outline:
    """What is asked of a file by many: its tree is read once, and let go."""

    has_docstring: bool
    functions: tuple[Function, ...]


def list_modules(*folders: str) -> list[Path]:
    """Return every Python file of these folders of the repository, generated migrations left out."""
    found = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return [path for path in found if "versions" not in path.parts]


def parse(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text(), filename=str(path))


@cache
def read_outline(path: Path) -> Outline:
    """Return a file's docstring and functions, read once in a process."""
    tree = parse(path)
    functions = (
        Function(
            name=each.name,
            lines=(each.end_lineno or 0) - each.lineno + 1,
            has_docstring=bool(ast.get_docstring(each)),
            is_at_top=each in tree.body,
        )
        for each in list_functions(tree)
    )
    return Outline(bool(ast.get_docstring(tree)), tuple(functions))


def list_functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method, nested ones too; they are statements, so no expression is looked through."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, _HOLDS_STATEMENTS):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node
            yield from list_functions(node)


def name(path: Path) -> str:
    """Return a path as one says it: from the repository's root."""
    return path.relative_to(ROOT).as_posix()
