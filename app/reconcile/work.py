"""One link's work on its way through a round: its newest snapshot, and what was found on the way."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

import structlog

from app.db.findings.attempts import Attempt
from app.domain.contacts.contact_link import ContactLink
from app.domain.findings.discrepancy import Found
from app.domain.holds.hold import Hold
from app.domain.holds.refusals import NUMBER_TAKEN
from app.domain.invoices.account_codes import Moved
from app.domain.invoices.link import WORK_LEFT, InvoiceLink, Standing, State, is_barred
from app.domain.invoices.plan import Plan, Terms, XeroState
from app.domain.invoices.planning import build_plan
from app.domain.invoices.sums import Sums
from app.domain.record.hub import Hub
from app.domain.record.merge import Conflict
from app.domain.record.moves import list_groups
from app.domain.record.observing import Observed
from app.domain.record.replaced import replace
from app.domain.record.sides import Side
from app.reconcile.decided import Decisions

log = structlog.get_logger(__name__)

NEVER = datetime.min.replace(tzinfo=UTC)

LinkT = TypeVar("LinkT", InvoiceLink, ContactLink)


def _build_broken(what: str) -> Hold:
    return Hold(
        "internal_error",
        f"Plumbline failed on this {what}; the reason is in its log.",
        f"Tell Plumbline's operator the {what}'s id; it is looked at again with the next change of it.",
    )


BROKEN = _build_broken("invoice")
BROKEN_CONTACT = _build_broken("contact")
"""What holds a link that we failed on."""


@dataclass(slots=True)
class LinkWork(Generic[LinkT]):
    """What the works of invoices and of contacts have in common; `before` is the link as it was last recorded.

    `refusal` is what Xero refused in this round, or that a person set it aside; it holds the link whatever the plan
    says. `decisions` are what people decided of it, `discrepancies` what is found for them to look at. `stood` is its
    standing when the round came to it. `agreed` are paths that somebody edited to what the record said already.
    `was_barred`: it was held by a bar then; `is_let_through`: Xero has taken a write of it since. `is_relinked`: a
    person parted it from what it was in Xero, and that is not recorded yet.
    """

    broken: ClassVar[Hold]

    link: LinkT
    before: LinkT = field(init=False)
    conflicts: list[Conflict] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    refusal: Hold | None = None
    had_open_conflicts: bool = False
    decisions: Decisions = field(default_factory=Decisions)
    discrepancies: list[Found] = field(default_factory=list)
    agreed: set[str] = field(default_factory=set)
    stood: Standing = field(init=False)
    was_barred: bool = field(init=False)
    is_let_through: bool = field(default=False, init=False)
    is_relinked: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.before = self.link
        self.stood = self.link.standing
        self.was_barred = is_barred(self.stood)
        if self.link.skip is not None:
            self.refusal = self.link.skip.hold

    @property
    def link_id(self) -> UUID:
        return self.link.id

    @property
    def hub(self) -> Hub:
        return self.link.hub

    @property
    def standing(self) -> Standing:
        return self.link.standing

    @property
    def is_broken(self) -> bool:
        """We failed on this link in this round."""
        return self.refusal is self.broken

    def has_left_over(self, _path: str) -> bool:
        """Whether Xero keeps, as an overpayment, something of the payment at that path; of a contact there is none."""
        return False

    @property
    def frees_others(self) -> bool:
        """Whether it was held by a bar, and a write of it has gone through since with nothing left to write."""
        is_done = self.standing.state is not State.HELD and self.standing.code != WORK_LEFT
        return self.was_barred and self.is_let_through and is_done

    def note_attempts(self) -> None:
        """Remember whether Xero took a write, because the attempts are dropped once they are recorded."""
        self.is_let_through |= any(attempt.outcome == "done" for attempt in self.attempts)

    def take_hub(self, hub: Hub) -> None:
        """Go on with this hub."""
        self.link = replace(self.link, hub=hub)

    def moved(self, observed: Observed) -> None:
        """Go on with the hub that an observation came to, and keep its conflicts."""
        self.had_open_conflicts |= bool(self.hub.open_conflicts or observed.hub.open_conflicts)
        self.link = replace(self.link, hub=observed.hub)
        self.conflicts.extend(observed.conflicts)
        self.agreed |= observed.agreed

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Hold this link alone if the block fails: a bug of ours must not stop the other links of the batch."""
        before = self.link
        try:
            yield
        except Exception:
            log.exception("link_failed", link_id=str(before.id))
            self.link, self.refusal = before, self.broken


AnyWork = LinkWork[InvoiceLink] | LinkWork[ContactLink]


@dataclass(slots=True)
class Work(LinkWork[InvoiceLink]):
    """An invoice's. `is_renumbered`: Xero shows another number than before. `sums` is what it comes to on each side.
    `moved_codes`: by which codes it named accounts that have others by now, as was learned last. `in_its_way` is Xero's
    id of the invoice that had its number when it was held for that, or that the link was just taken from.
    `gave_back_at` is when the one that it stood for until a person took that back was moved last in Xero.
    """

    broken: ClassVar[Hold] = BROKEN

    moved_codes: Moved = field(default_factory=dict)

    is_renumbered: bool = False
    sums: Sums | None = None
    in_its_way: str | None = field(init=False)
    gave_back_at: datetime | None = None
    _planned: tuple[Hub, Terms, XeroState, Plan] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        LinkWork.__post_init__(self)
        self.in_its_way = self.stood.held_by if self.stood.code == NUMBER_TAKEN else None

    @property
    def totals_agree(self) -> bool:
        """Both sides' totals are known and equal."""
        both = (self.sums.partner, self.sums.xero) if self.sums else (None, None)
        return both[0] is not None and both[1] is not None and both[0].total == both[1].total

    def has_left_over(self, path: str) -> bool:
        """Whether the payment at that path is gone, and what of it is an overpayment in Xero is not used up there."""
        part = self.link.overpaid.get(path.rpartition("/")[2])
        is_left = part is not None and not part.is_taken_back
        return is_left and path not in list_groups(self.hub.record)

    @property
    def moved_at(self) -> Mapping[Side, datetime]:
        """When each side last moved, as far as we know."""
        return {Side.PARTNER: self.partner_at(NEVER), Side.XERO: self.link.xero_updated_at or NEVER}

    def partner_at(self, fallback: datetime) -> datetime:
        """When the partner's side last spoke, for the policy `newest_wins`."""
        return self.link.partner_at or fallback

    def hold_with(self, terms: Terms, hub: Hub) -> Hold | None:
        """What would hold the link if its hub were this one."""
        return build_plan(hub, self.link.xero_state, terms).hold

    def plan(self, terms: Terms) -> Plan:
        """What is due in Xero now; asked again with nothing changed, it is what it was."""
        state, known = self.link.xero_state, self._planned
        if known is not None and known[0] is self.hub and known[1] is terms and known[2] == state:
            return known[3]
        plan = build_plan(self.hub, state, terms)
        self._planned = self.hub, terms, state, plan
        return plan


def list_once(works: Iterable[Work]) -> list[Work]:
    """Each of these works once, in their order: of one invoice several payments or credits may go together."""
    return list({id(work): work for work in works}.values())
