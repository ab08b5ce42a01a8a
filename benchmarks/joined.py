"""More connections, each joined to an organisation of its own in the sandbox, through consent, as businesses join."""

import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx

from app.demo.failures import StepFailed
from app.demo.introduction import POLICY, TAXES
from app.demo.remote import Remote
from app.demo.world import World
from benchmarks.ground import Ground, settle
from benchmarks.intake.prepared import build_document

CATEGORIES = ("general", "materials", "labour")
AT_ONCE = 100
"""Documents of one call."""

PEOPLE = 4
"""Who connect their businesses side by side."""

NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""To read those of all authorities takes longer than a consent, and nothing here is reached by TLS."""


@dataclass(frozen=True)
class Joined:
    """A connection that works, and calls about it."""

    remote: Remote
    path: str
    tenant_id: str

    def put(self, count: int, version: int, prefix: str = "job", first: int = 0) -> None:
        """So many invoices in this version, a hundred in a call; raises StepFailed where one was not taken."""
        documents = [build_edited(n, version, prefix) for n in range(first, first + count)]
        for start in range(0, count, AT_ONCE):
            said = {"invoices": documents[start : start + AT_ONCE]}
            taken = self.remote.put(f"{self.path}/invoices", said)["data"]
            refused = [one for one in taken if one["outcome"] not in ("created", "updated")]
            if refused:
                raise StepFailed(f"{len(refused)} documents were not taken: {refused[0]}")


def build_edited(number: int, version: int, prefix: str) -> dict[str, Any]:
    """An invoice whose every version has another reference."""
    return build_document(number, prefix) | {
        "version": version,
        "reference": f"PO {number}, version {version}",
    }


def join(world: World, ground: Ground, count: int, api_key: str) -> list[Joined]:
    """Join so many; each has read its organisation and been swept once on return."""
    remote = Remote(world.plumbline.url, {"authorization": f"Bearer {api_key}"})
    with ThreadPoolExecutor(PEOPLE) as people:
        joined = list(people.map(partial(_join_one, world, remote), range(1, count + 1)))
        settle(ground)
        list(people.map(_choose, joined))
    settle(ground)
    return joined


def _join_one(world: World, remote: Remote, number: int) -> Joined:
    made = world.xero.remote.post("/organisations", {"name": f"Business {number}", "country": "AU"})
    opened = remote.post(
        "/v1/connections", {"business_id": f"biz_{number}", "display_name": f"Business {number}"}
    )
    consent = {"decision": "allow", "tenant_id": made["tenant_id"], "user": f"owner{number}@sandbox.example"}
    with httpx.Client(verify=NO_CERTIFICATES, follow_redirects=True, timeout=60, trust_env=False) as browser:
        page = browser.get(opened["authorise_url"])
        answer = browser.post(page.url, data=consent)
        if answer.is_error:
            raise StepFailed(f"the consent ended at {answer.url}: {answer.status_code} {answer.text[:300]}")
    return Joined(remote, f"/v1/connections/{opened['id']}", made["tenant_id"])


def _choose(joined: Joined) -> None:
    accounts = joined.remote.get(f"{joined.path}/accounts", fit_for="sales")["data"]
    chosen = dict.fromkeys(CATEGORIES, accounts[0]["account_id"])
    settings = {"revenue_accounts": chosen, "taxes": TAXES, "conflict_policy": POLICY}
    joined.remote.patch(f"{joined.path}/settings", settings)
