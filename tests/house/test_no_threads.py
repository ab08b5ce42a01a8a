"""Nothing of a request runs in a thread: the framework takes one for each dependency that is no coroutine."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from app.api.application import ROUTERS


def list_calls(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    """An operation with everything that it depends on."""
    if dependant.call is not None:
        yield dependant.call
    for each in dependant.dependencies:
        yield from list_calls(each)


def is_awaited(call: Callable[..., Any]) -> bool:
    """Whether the framework awaits it where it is."""
    return any(
        check(each)
        for check in (inspect.iscoroutinefunction, inspect.isasyncgenfunction)
        for each in (call, getattr(call, "__call__", None))  # noqa: B004 - an instance that is called
    )


def test_every_operation_and_dependency_is_a_coroutine() -> None:
    """Two changes of threads would cost a call more than its query."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    calls = {call for route in routes for call in list_calls(route.dependant)}
    assert len(calls) > len(routes) / 2
    assert [call for call in calls if not is_awaited(call)] == []
