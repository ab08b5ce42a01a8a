"""A clerk of a business of its own, who calls both APIs all the time and writes down what each was answered.

What was answered 2xx goes into `Promises`. Whatever else comes back while servers die must be honest: no answer at
all, a refusal of what was asked, or a 503 that says when to come again; any other 5xx is a finding.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from app.demo.stage import HOST
from tests.chaos.promises import Promises
from tests.chaos.shops import Shop, build_document
from tests.chaos.town import Town
from tests.loopback import build_client
from tests.scenarios.house import Json

INVOICES = 6
OUTAGE = "/problems/database_unavailable"
PAUSE_SECONDS = 0.05
"""Between his acts, and after a call that came to nothing."""


@dataclass
class Clerk:
    """Who calls; `padding` makes documents large, so that each of them needs room on the disk."""

    town: Town
    shop: Shop
    random: Random
    padding: int = 0
    promises: Promises = field(default_factory=Promises)
    answers: Counter[str] = field(default_factory=Counter)
    """How often each kind came: `given`, `put off`, `failed`, `unanswered`, and each kind of refusal."""
    dishonest: list[str] = field(default_factory=list)
    _versions: Counter[str] = field(default_factory=Counter)
    _tokens: int = 0

    async def work(self) -> None:
        """Call until cancelled."""
        acts = (self.put, self.put, self.put, self.edit_in_xero, self.acknowledge, self.decide, self.choose)
        async with build_client(authorization=f"Bearer {self.town.house.partner['api_key']}") as http:
            while True:
                await self.random.choice(acts)(http)
                await asyncio.sleep(PAUSE_SECONDS)

    async def put_times(self, times: int) -> None:
        """So many documents, and nothing else."""
        async with build_client(authorization=f"Bearer {self.town.house.partner['api_key']}") as http:
            for _ in range(times):
                await self.put(http)

    async def put(self, http: httpx.AsyncClient) -> None:
        """The next version of an invoice."""
        invoice_id = f"k-{self.random.randint(1, INVOICES)}"
        self._versions[invoice_id] += 1
        version, wording = self._versions[invoice_id], self._draw_wording()
        document = build_document(invoice_id, version, reference=wording)
        if self.padding:
            document["lines"] = [
                document["lines"][0] | {"id": f"l{n}", "description": self.random.randbytes(1000).hex()}
                for n in range(1, 2 + self.padding)
            ]
        if await self._call(http, "PUT", f"/invoices/{invoice_id}", document) is not None:
            self.promises.take_document(invoice_id, version, wording)

    async def edit_in_xero(self, _: httpx.AsyncClient) -> None:
        """A person edits the same invoice there; Xero tells of it by webhook."""
        house, number = self.town.house, f"K-{self.random.randint(1, INVOICES)}"
        path = f"/people/{self.shop.tenant_id}/invoices/{number}"
        await house.xero.patch(path, json={"Reference": self._draw_wording()})
        await house.xero.post("/webhooks/flush")

    async def acknowledge(self, http: httpx.AsyncClient) -> None:
        """Every change of the feed was applied."""
        feed = await self._list(http, "/changes?limit=500")
        if feed:
            cursor = feed[-1]["cursor"]
            if await self._call(http, "POST", "/changes/acknowledge", {"cursor": cursor}) is not None:
                self.promises.acknowledged = max(cursor, self.promises.acknowledged)

    async def decide(self, http: httpx.AsyncClient) -> None:
        """One of the conflicts that wait for a person."""
        held = await self._list(http, "/conflicts?state=held")
        if held:
            conflict = self.random.choice(held)
            action = {"action": self.random.choice(["take_partner", "take_xero"])}
            taken = await self._call(http, "POST", f"/conflicts/{conflict['id']}/resolve", action)
            if taken is not None:
                self.promises.decisions.add(taken.json()["id"])

    async def choose(self, http: httpx.AsyncClient) -> None:
        """Another setting, which touches no field that the clerk edits."""
        direction = self.random.choice([None, "to_xero", "off"])
        chosen = await self._call(http, "PATCH", "/settings", {"fields": {"due_on": direction}})
        if chosen is not None:
            self.promises.settings = max(self.promises.settings, int(chosen.headers["etag"].strip('"')))

    def _draw_wording(self) -> str:
        self._tokens += 1
        return f"K{self._tokens}"

    async def _list(self, http: httpx.AsyncClient, path: str) -> list[Json]:
        answer = await self._call(http, "GET", path)
        return list(answer.json()["data"]) if answer is not None else []

    async def _call(
        self, http: httpx.AsyncClient, method: str, path: str, said: Any = None
    ) -> httpx.Response | None:
        """The answer to a call that was granted; None for any other, which is counted."""
        port = self.random.choice(list(self.town.apis))
        try:
            answer = await http.request(method, f"http://{HOST}:{port}{self.shop.path}{path}", json=said)
        except httpx.TransportError:
            self.answers["unanswered"] += 1
            await asyncio.sleep(PAUSE_SECONDS)
            return None
        if answer.is_success:
            self.answers["given"] += 1
            return answer
        if answer.status_code < 500:
            self.answers[f"refused {answer.json()['type']}"] += 1
        else:
            await self._take_failure(answer)
        return None

    async def _take_failure(self, answer: httpx.Response) -> None:
        told = answer.json() if answer.headers.get("content-type") == "application/problem+json" else {}
        is_honest = (
            answer.status_code == 503 and told.get("type") == OUTAGE and "retry-after" in answer.headers
        )
        self.answers["put off" if is_honest else "failed"] += 1
        if not is_honest:
            request = answer.request
            self.dishonest.append(f"{request.method} {request.url}: {answer.status_code} {answer.text}")
        await asyncio.sleep(PAUSE_SECONDS)
