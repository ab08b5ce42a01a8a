"""Where the product commits, read from its source: what no crash has reached can be told from it.

A place is a function in which a transaction is opened. The points are named by the function whose statement was the
first in it; where that is another function of the same module, the module alone is compared.
"""

import ast
from collections.abc import Iterator

from tests.chaos.points import ROOT

STEPS = ("reconcile", "delivery", "intake")
"""The packages whose every commit is to be a crash point."""

OPENERS = {"writing", "writing_alone", "recording"}


def list_commit_sites() -> set[str]:
    """Every function that opens a transaction, as `reconcile/apply.py:_begin`."""
    return {
        f"{path.relative_to(ROOT)}:{function.name}"
        for package in STEPS
        for path in sorted((ROOT / package).rglob("*.py"))
        for function in _list_functions(ast.parse(path.read_text()))
        if any(_opens(node) for node in _walk_own(function))
    }


def _list_functions(tree: ast.AST) -> Iterator[ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef))


def _walk_own(function: ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    """Every node of a function, but not those of functions in it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.AsyncFunctionDef):
            waiting.extend(ast.iter_child_nodes(node))


def _opens(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.AsyncWith)
        and isinstance(call := node.items[0].context_expr, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in OPENERS
    )
