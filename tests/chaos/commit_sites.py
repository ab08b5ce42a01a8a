"""Where the product commits, read from its source: what no crash has reached can be told from it.

A place is a function in which a transaction is opened, and a point is named by the place whose statement was the first
in it. A store of `app/db` that opens transactions of its own is a place by its public method, whoever calls it.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import app

ROOT = Path(app.__file__).parent

STEPS = ("reconcile", "delivery", "intake", "reading", "db", "xero", "worker", "api/books")
"""The packages whose every commit is to be a crash point: whatever a reconcile, a delivery, a refresh or an intake
does, by whatever way it comes in.
"""

OPENERS = {
    "writing",
    "writing_alone",
    "writing_one",
    "writing_bare",
    "recording",
    "recording_one",
    "beginning",
    "begin",
}

PASSED_THROUGH = {
    "reconcile/lease.py:recording",
    "reconcile/lease.py:recording_one",
    "reconcile/lease.py:_fence",
    "reconcile/round.py:beginning",
    "delivery/recording.py:_tell_the_loop",
    "api/authentication.py:lock_own_connection",
    "api/authentication.py:lock_any_connection",
}
"""Who commits is whoever called these, or a query of `app/db`."""

ITSELF = {f"db/postgres/session.py:{opener}" for opener in OPENERS if opener.startswith("writing")}
"""By which all the others commit."""


@cache
def list_commit_sites() -> frozenset[str]:
    """Every function that opens a transaction, as `reconcile/invoices/apply.py:_begin`."""
    found = {
        f"{path.relative_to(ROOT)}:{name}"
        for package in STEPS
        for path in sorted((ROOT / package).rglob("*.py"))
        for name in _list_places(path)
    }
    return frozenset(found - PASSED_THROUGH - ITSELF)


def _list_places(path: Path) -> set[str]:
    functions = list(_list_functions(ast.parse(path.read_text())))
    opening = {each.name for each in functions if any(_opens(node) for node in _walk_own(each))}
    if not path.is_relative_to(ROOT / "db"):
        return opening
    inner = {name for name in opening if name.startswith("_")}
    callers = {each.name for each in functions if any(_calls(node, inner) for node in _walk_own(each))}
    return (opening - inner) | callers


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
    return isinstance(node, ast.AsyncWith) and any(
        isinstance(call := item.context_expr, ast.Call) and _name_of(call) in OPENERS for item in node.items
    )


def _calls(node: ast.AST, names: set[str]) -> bool:
    return isinstance(node, ast.Call) and _name_of(node) in names


def _name_of(call: ast.Call) -> str | None:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return None


NOT_REACHED: dict[str, str] = {}
"""The places at which no process is killed yet, each with the reason."""
