"""Which calls the product can make of Xero, read from its adapter and from Xero's own SDK: each is to be a crash point.

The adapter names the SDK's methods as text, and the SDK's methods say what they send.
"""

import ast
import inspect
import re
from functools import cache

from xero_python.accounting import AccountingApi

from tests.chaos.commit_sites import ROOT

A_LOOK = "asked while a person waits for the answer; nothing is written by it or recorded of it"
NOT_MADE: dict[str, str] = {
    "GET /ContactGroups": A_LOOK,
    "GET /Invoices/{id}": "a read within that of a list which leaves out credits; the sandbox's lists leave out none",
    "GET /Invoices/{id}/OnlineInvoice": A_LOOK,
}
"""Calls before and after which no process is killed yet, each with the reason."""


@cache
def list_xero_calls() -> frozenset[str]:
    """Every one, as `PUT /Invoices`."""
    named = {
        node.value
        for path in sorted((ROOT / "xero").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return frozenset(_read_call(name) for name in named if _is_method(name))


def _is_method(name: str) -> bool:
    return name.isidentifier() and "_" in name.strip("_") and callable(getattr(AccountingApi, name, None))


def _read_call(name: str) -> str:
    source = inspect.getsource(getattr(AccountingApi, name))
    [path] = re.findall(r'get_resource_url\("([^"]+)"\)', source)
    [method] = re.findall(r'"(GET|PUT|POST|DELETE)",\n', source)
    return f"{method} {re.sub(r'{[^}]+}', '{id}', path)}"
