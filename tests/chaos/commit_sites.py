"""Where the product commits, read from its source: what no crash has reached can be told from it.

A place is a function in which a transaction is opened. The points are named by the function whose statement was the
first in it; where that is another function of the same module, the module alone is compared.
"""

import ast
from collections.abc import Iterator

from tests.chaos.points import ROOT

STEPS = ("reconcile", "delivery", "intake")
"""The packages whose every commit is to be a crash point."""

OPENERS = {"writing", "writing_alone", "writing_one", "recording"}


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


OWN_TESTS = "exports, and what dies in them, have tests of their own (test_export_interrupted)"
BY_TIMER = "a timer's: it asks again, or goes on where it was"
BY_HAND = "a person waits for it, and sees that it was cut off"
UNLIKELY = "needs a failure of its own first; no crash is tried after it"
NOT_REACHED = {
    **dict.fromkeys(
        (
            "reconcile/exports/listing.py:_record",
            "reconcile/exports/portions.py:_open_portion",
            "reconcile/exports/portions.py:_record_portion",
            "reconcile/exports/step.py:_fail",
            "reconcile/exports/step.py:_go_on",
            "reconcile/exports/step.py:_stumble",
            "reconcile/exports/timer.py:_end",
            "reconcile/exports/timer.py:_wake",
        ),
        OWN_TESTS,
    ),
    **dict.fromkeys(
        (
            "delivery/pruning.py:_repeat",
            "reconcile/closing.py:_end",
            "reconcile/closing.py:_put_off",
            "reconcile/closing.py:close_due",
            "reconcile/erasing.py:erase_due",
            "reconcile/forgetting.py:_forget",
            "reconcile/retries.py:retry_held",
            "reconcile/sweep.py:ask_for_compares",
            "reconcile/sweep.py:ask_for_sweeps",
            "reconcile/sweep.py:begin_runs",
            "reconcile/watch.py:_act_on_gaps",
            "reconcile/watch.py:_tell_silence",
        ),
        BY_TIMER,
    ),
    **dict.fromkeys(
        (
            "delivery/by_hand.py:_hasten",
            "delivery/by_hand.py:send_again",
            "delivery/by_hand.py:send_test",
            "reconcile/trials/runner.py:run_due",
            "reconcile/trials/steps.py:save",
        ),
        BY_HAND,
    ),
    **dict.fromkeys(
        (
            "delivery/changes.py:_give_back",
            "delivery/copies.py:_claim",
            "delivery/copies.py:_record",
            "delivery/health.py:judge",
            "delivery/notices.py:_record",
            "intake/answered.py:store",
            "reconcile/answered.py:take_answers",
            "reconcile/compare.py:compare_step",
            "reconcile/contacts/chosen.py:_move_invoices",
            "reconcile/credit_events.py:follow_credits",
            "reconcile/lease.py:drop",
            "reconcile/lease.py:postpone",
            "reconcile/line_items.py:_create",
            "reconcile/losses.py:ask_for_scopes",
            "reconcile/losses.py:disconnect",
            "reconcile/untold.py:note_finds",
        ),
        UNLIKELY,
    ),
    "reconcile/moved.py:_take_page": "comes after a storm of events, which the work of these tests is not",
    "reconcile/lease.py:recording": "whoever records is the one that is named",
}
"""The places at which no process is killed yet, each with the reason."""
