"""Who decides which answer is changed, and how: by the seed, the address of the call and how often it was made.

So a seed's chances do not hang on which of two calls at once comes first. `kind` is one of KINDS.
"""

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from random import Random
from threading import Lock

from tests.garbled.answer import Answer, Json, Request
from tests.garbled.harmless import HARMLESS, OF_THE_APP
from tests.garbled.plausible import PLAUSIBLE, Memory
from tests.garbled.rows import ROWS, spoil_row
from tests.garbled.whole_answers import WHOLE

KINDS = ("noticeable", "one_invoice", "plausible", "polled")
CHANCE = 0.5


@dataclass
class Garbler:
    """Changes answers for as long as `is_on`; `changed` counts what it did by name.

    `number` is the invoice of which each row is spoiled, of the kind `one_invoice`. `only` are the changes to choose
    from, by name; all of the kind where there are none.
    """

    seed: int
    kind: str = KINDS[0]
    is_on: bool = False
    chance: float = CHANCE
    number: str = ""
    only: tuple[str, ...] = ()
    changed: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    _asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    _memory: Memory = field(default_factory=Memory)
    _lock: Lock = field(default_factory=Lock)

    def change(self, request: Request, answer: Answer) -> Answer:
        """The answer as it goes on; from any thread."""
        with self._lock:
            self._asked[request.method, request.resource] += 1
            number = self._asked[request.method, request.resource]
            if not self.is_on or answer.status >= 300 or not answer.body:
                self._memory.note(answer)
                return answer
            random = Random(f"{self.seed} {request.method} {request.resource} {number}")
            name, changed = self._draw(request, answer, random)
            self._memory.note(answer)
            if changed != answer:
                self.changed[name] += 1
                self.told.append(f"{request.method} {request.path}: {name}")
            return changed

    def _draw(self, request: Request, answer: Answer, random: Random) -> tuple[str, Answer]:
        if self.kind == "one_invoice":
            return self.kind, self._spoil_one_invoice(answer, random)
        if random.random() >= self.chance:
            return "", answer
        if self.kind == "plausible":
            names = [
                name for name in self.only or PLAUSIBLE if self.only or name != "strangers" or request.is_read
            ]
            name = random.choice(names)
            return name, PLAUSIBLE[name](answer, random, self._memory)
        known = {**WHOLE, **OF_THE_APP} if self.kind == "polled" else {**WHOLE, **ROWS, **HARMLESS}
        name = random.choice(self.only or list(known))
        return name, known[name](answer, random)

    def _spoil_one_invoice(self, answer: Answer, random: Random) -> Answer:
        name, rows = answer.list_rows()
        if name != "Invoices":
            return answer
        spoil = partial(self._spoil_if_it_is, random=random)
        return answer.with_rows(name, [spoil(row) for row in rows])

    def _spoil_if_it_is(self, row: Json, random: Random) -> Json:
        return spoil_row("Invoices", row, random) if row.get("InvoiceNumber") == self.number else row
