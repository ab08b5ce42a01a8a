"""One thing of an export, as it is planned and as it is kept: whose it is, what came of it, and what a report shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from app.domain.exports.export import STAGE_OF, ExportOutcome, Stage, ThingKind
from app.domain.exports.export_outcome import Result


@dataclass(frozen=True, slots=True)
class Face:
    """What a report shows of a thing. `partner_id` is the link's, of a payment or a credit its invoice's.

    `total` and `xero_total` are what each side has of it; `xero_page_id` names the page in Xero that shows it.
    """

    partner_id: str
    xero_id: str | None = None
    partner_number: str | None = None
    xero_number: str | None = None
    customer: str | None = None
    currency: str | None = None
    total: Decimal | None = None
    xero_total: Decimal | None = None
    xero_page_id: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedThing:
    """A thing with what is foreseen of it; `paths` are what would move."""

    kind: ThingKind
    link_id: UUID
    was_in_xero: bool
    result: Result
    face: Face
    key: str = ""
    paths: Sequence[str] = field(default_factory=tuple)

    @property
    def stage(self) -> Stage:
        return STAGE_OF[self.kind]


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing as it is kept; `outcome` is None while nothing has come of it. `id` grows in the order of the listing.

    Attempts of its link count after the number `after_attempt`: what came of it is told by what was tried since it was
    listed, whoever brought that about.
    """

    id: int
    kind: ThingKind
    link_id: UUID
    key: str
    was_in_xero: bool
    planned: ExportOutcome
    outcome: ExportOutcome | None
    code: str | None
    message: str | None
    cure: str | None
    paths: Sequence[str]
    due_at: datetime | None
    after_attempt: int
    done_at: datetime | None
    face: Face

    @property
    def stage(self) -> Stage:
        return STAGE_OF[self.kind]

    @property
    def is_part(self) -> bool:
        """Whether it is a payment or a credit of an invoice."""
        return bool(self.key)


@dataclass(frozen=True, slots=True)
class DoneThing:
    """What came of a thing, and how the report shows it from now on."""

    id: int
    result: Result
    face: Face
    paths: Sequence[str] = field(default_factory=tuple)
