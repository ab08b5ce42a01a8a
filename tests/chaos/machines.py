"""State machines over the hub: the worlds of `tests.histories`, every step and every chance in Hypothesis's hands.

What fails is shrunk: fewer steps, and the smallest draws that still fail, printed as a script. A machine lives the same
worlds as the histories and is judged by the same end; decisions and directions are among its rules.
"""

from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from app.domain.record.direction import OPEN, Lanes
from app.domain.record.field_names import CONTACTS, INVOICES
from app.domain.record.policy import ConflictPolicy
from tests.histories.__main__ import CLOSED, CONTACT_NAMES, INVOICE_NAMES
from tests.histories.deciding import DecidingWorld
from tests.histories.settings import Settings

STEPS = 40


@dataclass
class Count:
    """How many worlds were lived to their end, those among them that only shrank a failure."""

    lived: int = 0


class HubMachine(RuleBasedStateMachine):
    """One world, from its first step to its end."""

    count = Count()

    def __init__(self) -> None:
        super().__init__()
        self.world: DecidingWorld | None = None

    @initialize(
        random=st.randoms(use_true_random=False),
        policy=st.sampled_from(ConflictPolicy),
        of_contact=st.booleans(),
        with_lines=st.booleans(),
    )
    def begin(self, random: Any, policy: ConflictPolicy, of_contact: bool, with_lines: bool) -> None:
        """An invoice or a contact that stands on both sides."""
        chosen = Settings(policy, with_lines=with_lines and not of_contact, of_contact=of_contact)
        self.world = DecidingWorld(0, chosen)
        self.world.random = random

    @rule()
    def app_edited(self) -> None:
        """A person edits the app; its document is sent once, twice or never."""
        self._world.app_edited()

    @rule()
    def xero_edited(self) -> None:
        """A person edits Xero; its webhook may be lost."""
        self._world.xero_edited()

    @rule()
    def document_arrived(self) -> None:
        """One of the documents that are on their way arrives, whichever."""
        self._world.document_arrived()

    @rule()
    def change_arrived(self) -> None:
        """A change is applied, refused or lost, and its answer may be."""
        self._world.change_arrived()

    @rule()
    def reconciled(self) -> None:
        """The loop looks; its write to Xero or the answer to it may be lost."""
        self._world.reconciled()

    @rule()
    def decided(self) -> None:
        """A person decides a conflict."""
        self._world.decided()

    @rule()
    def took_back(self) -> None:
        """A person takes a decision back."""
        self._world.took_back()

    @rule(draw=st.data())
    def turned(self, draw: Any) -> None:
        """The business changes what travels where."""
        is_contact = self._world.settings.of_contact
        entity, names = (CONTACTS, CONTACT_NAMES) if is_contact else (INVOICES, INVOICE_NAMES)
        direction = draw.draw(st.sampled_from([None, *CLOSED]))
        name = draw.draw(st.sampled_from(["", *names]))
        if direction is None:
            self._world._choose(OPEN)
        else:
            self._world._choose(Lanes(fields={name: direction}) if name else Lanes({entity: direction}))

    def teardown(self) -> None:
        """The end: faults stop, everything arrives; no edit is lost, both sides equal, and nothing moves."""
        if self.world is None:
            return
        type(self).count.lived += 1
        fault = self.world.end()
        assert fault is None, fault

    @property
    def _world(self) -> DecidingWorld:
        assert self.world is not None
        return self.world


def run_machine(number: int, examples: int, *, shrinks: bool = True) -> int:
    """Live so many worlds, drawn from a seed; answers how many. Raises with the shortest script that fails."""
    machine: type[HubMachine] = seed(number)(type("SeededHubMachine", (HubMachine,), {"count": Count()}))
    chosen = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink) if shrinks else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        report_multiple_bugs=False,
    )
    run_state_machine_as_test(machine, settings=chosen)
    return machine.count.lived
