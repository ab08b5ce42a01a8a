"""Everything that the product and the sandbox say to each other in a test, held to Xero's specification and the facts.

Where the specification is not beside the repository only our own promises are held; tests/facts says so by a skip.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

import httpx

from tests.facts.promises import broken_promises
from tests.sandbox.xero.specification import SPECIFICATION, Specification

MOST = 100_000


@cache
def find_specification() -> Specification | None:
    """Xero's own specification, read once in a process; None where it is not beside the repository."""
    return Specification(SPECIFICATION.read_text()) if SPECIFICATION.exists() else None


@asynccontextmanager
async def held_to_the_facts(http: httpx.AsyncClient, control_url: str) -> AsyncIterator[None]:
    """Until the block ends, keep what is said at the sandbox of this control address; then judge it.

    Requests of ours must fit also where the sandbox refused them: nothing that we send is wrong on purpose.
    """
    (await http.put(f"{control_url}/exchanges", json={"keep": MOST})).raise_for_status()
    yield
    said = (await http.request("DELETE", f"{control_url}/exchanges")).json()["exchanges"]
    specification = find_specification()
    problems = specification.problems_of(said, refused_too=True) if specification else []
    problems += broken_promises(said)
    assert not problems, "\n".join(dict.fromkeys(problems))
