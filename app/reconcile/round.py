"""One round of the loop: what its stages share, and one link's work as it goes through them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

import structlog

from app.clock import Clock
from app.db.findings import Attempt
from app.db.session import Database
from app.db.waiting import Agenda
from app.domain.connection import Connection
from app.domain.direction import Lanes
from app.domain.discrepancy import Found
from app.domain.hold import Hold
from app.domain.hub import Hub
from app.domain.item_code import ItemCodes
from app.domain.link import InvoiceLink, Standing
from app.domain.merge import Conflict
from app.domain.observing import Observed, Rules
from app.domain.organisation import Organisation
from app.domain.plan import Plan, Terms, XeroState, build_plan
from app.domain.precedence import Portion
from app.domain.sides import Side
from app.domain.sums import Sums
from app.domain.xero_contact import XeroContact
from app.domain.xero_credit import XeroCredit
from app.domain.xero_invoice import XeroInvoice
from app.reconcile.deciding import Decisions
from app.reconcile.lease import Lease
from app.reconcile.ports import XeroOrganisation
from app.reconcile.resting import Resting

log = structlog.get_logger(__name__)

BROKEN = Hold(
    "internal_error",
    "Plumbline failed on this invoice; the reason is in its log.",
    "Tell Plumbline's operator the invoice's id; it is looked at again with the next change of it.",
)

NEVER = datetime.min.replace(tzinfo=UTC)

Item = TypeVar("Item")


def batches(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """The items in their order, `size` at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


@dataclass(slots=True)
class Round:
    """What every stage needs: the connection as it was at the start of the round, its rules, and the way to Xero.

    `fresh` holds invoices that were read in this round, by Xero's id, and `contact_keys` our keys of Xero's contacts,
    so that nothing is read twice in it; `item_codes` are what its lines need of Xero's items, read once at the most.
    Of contacts, `contact_sharers` are all our keys of one that several links share, `fresh_contacts` those that were
    read, `contact_book` all of them where that was cheaper than searching; `has_told_of_contacts`: a change of one was
    put into the feed. `made_by_us` are Xero's ids of what this app created since the copy of a restored database, read
    where that is doubted, and `overpayments_made` the overpayments of that time. `portion` says what the round takes
    up: the calls of a bulk are all made as a bulk's. `agenda` is what waited when it was chosen; None: not asked.
    `resting` are the invoices that this worker wrote a moment ago.
    """

    lease: Lease
    database: Database
    clock: Clock
    connection: Connection
    organisation: Organisation
    xero: XeroOrganisation
    fresh: dict[str, XeroInvoice] = field(default_factory=dict)
    contact_keys: dict[str, str] = field(default_factory=dict)
    contact_sharers: dict[str, frozenset[str]] = field(default_factory=dict)
    fresh_contacts: dict[str, XeroContact] = field(default_factory=dict)
    contact_book: list[XeroContact] | None = None
    has_told_of_contacts: bool = False
    item_codes: ItemCodes = field(default_factory=ItemCodes)
    has_read_items: bool = False
    made_by_us: frozenset[str] | None = None
    overpayments_made: Sequence[XeroCredit] | None = None
    portion: Portion = Portion.LITTLE
    agenda: Agenda | None = None
    resting: Resting = field(default_factory=Resting)
    began_at: datetime = field(init=False)
    _terms: tuple[ItemCodes, Terms] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.began_at = self.clock.now()

    @property
    def connection_id(self) -> UUID:
        return self.connection.id

    @property
    def may_have_contacts(self) -> bool:
        """False where no contact was behind when the round was chosen, and nothing before its stage makes one so."""
        asked = self.agenda
        if asked is None or asked.has_contacts or asked.has_events or asked.has_exports or asked.has_creates:
            return True
        return self.connection.sweep_due or self.connection.compare_due

    @property
    def rules(self) -> Rules:
        return self.connection.settings.rules(self.organisation, self.item_codes)

    @property
    def lanes(self) -> Lanes:
        """What travels which way."""
        return self.connection.settings.lanes

    @property
    def branding_theme_id(self) -> str | None:
        """The theme of invoices that are made in Xero; None is Xero's default, also where the chosen one is gone."""
        chosen = self.connection.settings.branding_theme_id
        return next((t.theme_id for t in self.organisation.branding_themes if t.theme_id == chosen), None)

    @property
    def terms(self) -> Terms:
        if self._terms is None or self._terms[0] is not self.item_codes:
            self._terms = self.item_codes, self.connection.settings.terms(self.organisation, self.item_codes)
        return self._terms[1]


@dataclass(slots=True)
class Work:
    """One link on its way through a round: its newest snapshot, and what was found on the way.

    `refusal` is what Xero refused in this round, or that a person set it aside; it holds the link whatever the plan
    says. `is_renumbered`: Xero shows another number than before. `decisions` are what people decided of it,
    `discrepancies` what is found for them to look at, `sums` what it comes to on each side. `recorded` is where the
    link stood when it was recorded last.
    """

    link: InvoiceLink
    conflicts: list[Conflict] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    refusal: Hold | None = None
    had_open_conflicts: bool = False
    is_renumbered: bool = False
    decisions: Decisions = field(default_factory=Decisions)
    discrepancies: list[Found] = field(default_factory=list)
    sums: Sums | None = None
    recorded: Standing = field(init=False)
    _planned: tuple[Hub, Terms, XeroState, Plan] | None = field(default=None, init=False)

    @property
    def is_broken(self) -> bool:
        """We failed on this link in this round."""
        return self.refusal is BROKEN

    @property
    def totals_agree(self) -> bool:
        """Both sides' totals are known and equal."""
        both = (self.sums.partner, self.sums.xero) if self.sums else (None, None)
        return both[0] is not None and both[1] is not None and both[0].total == both[1].total

    @property
    def link_id(self) -> UUID:
        return self.link.id

    @property
    def standing(self) -> Standing:
        return self.link.standing

    @property
    def moved_at(self) -> Mapping[Side, datetime]:
        """When each side last moved, as far as we know."""
        return {Side.PARTNER: self.partner_at(NEVER), Side.XERO: self.link.xero_updated_at or NEVER}

    def take_hub(self, hub: Hub) -> None:
        """Go on with this hub."""
        self.link = replace(self.link, hub=hub)

    def hold_with(self, terms: Terms, hub: Hub) -> Hold | None:
        """What would hold the link if its hub were this one."""
        return build_plan(hub, self.link.xero_state, terms).hold

    def __post_init__(self) -> None:
        self.recorded = self.link.standing
        if self.link.skip is not None:
            self.refusal = self.link.skip.hold

    @property
    def hub(self) -> Hub:
        return self.link.hub

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """A failure of ours in the block holds this link alone: its neighbours do not wait for a bug to be mended."""
        before = self.link
        try:
            yield
        except Exception:
            log.exception("link_failed", link_id=str(before.id))
            self.link, self.refusal = before, BROKEN

    def moved(self, observed: Observed) -> None:
        """Go on with the hub that an observation came to, and keep its conflicts."""
        self.had_open_conflicts |= bool(self.hub.open_conflicts or observed.hub.open_conflicts)
        self.link = replace(self.link, hub=observed.hub)
        self.conflicts.extend(observed.conflicts)

    def plan(self, terms: Terms) -> Plan:
        """What is due in Xero now; asked again with nothing changed, it is what it was."""
        state, known = self.link.xero_state, self._planned
        if known is not None and known[0] is self.hub and known[1] is terms and known[2] == state:
            return known[3]
        plan = build_plan(self.hub, state, terms)
        self._planned = self.hub, terms, state, plan
        return plan

    def partner_at(self, fallback: datetime) -> datetime:
        """When the partner's side last spoke, for the policy `newest_wins`."""
        return self.link.partner_at or fallback
