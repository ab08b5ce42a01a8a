"""A contact's link as the loop works on it: two identities, the hub, and what is known of each side.

What the partner said of a contact comes in two ways: whole, as a document of its own, and in passing, nested in an
invoice. Both count by the app's version of the contact. `rank` puts them in one order: of one version the document
knows more than the mention, so it ranks above it and is taken in after it, never the other way round. A mention without
a version is no edit: it counts only while the contact has neither been said by version nor reached Xero.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.contacts.contact import DETAILS, blank, from_contact_document
from app.domain.contacts.contact_legality import judge_contact, judge_use
from app.domain.holds.hold import Hold
from app.domain.holds.skip import SKIPPED, Skip
from app.domain.invoices.link import Document, Intent, Standing
from app.domain.invoices.plan import conflict_hold
from app.domain.record.direction import OPEN, Lanes
from app.domain.record.hub import Hub
from app.domain.record.owed import xero_moves
from app.domain.record.sides import Side
from app.domain.xero.xero_contact import XeroContact

UNLINKED = "unlinked"
"""The wish that a contact be linked to none of Xero's, where a contact of Xero's would stand."""

MARKER = "plumbline:"
LONGEST_MARKER = 50
"""ContactNumber holds fifty characters (FACTS 5)."""


HEX_OF_AN_ID = 32


def read_marker(contact_number: str | None) -> tuple[UUID, int] | None:
    """Whose mark a contact of Xero bears, and how often that link had left one before; None: it is none of ours."""
    number = contact_number or ""
    if not number.startswith(MARKER):
        return None
    said, _, left = number.removeprefix(MARKER).partition("-")
    try:
        return UUID(hex=said[:HEX_OF_AN_ID]), int(left or 0)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Mention:
    """What an invoice said of its contact last; `version` 0: it did not say which version of the contact that is."""

    details: Mapping[str, Any]
    version: int
    based_on: int | None
    said_at: datetime


def _rank(said: Document, *, is_mention: bool = False) -> int:
    return 2 * said.version + (0 if is_mention else 1)


@dataclass(frozen=True)
class ContactLink:
    """One contact's link.

    `generation` is the one seen when it was loaded. `unusable` is why Xero takes the contact for no invoice: `archived`
    or `erased`. `is_shared`: the contact in Xero is another link's too, which had it first. `groups_joined` are Xero's
    groups that we put it into, each once. `wanted_xero_id` is the contact that a person chose, until it is linked or
    cannot be, and `wanted_is_shared` says that it may be other links' too; `granted_xero_id` is the choice that this
    round dealt with so. `push_wanted`: somebody wants it in Xero without an invoice. `acked_version` is the app's
    version after it took a change of ours. `marker_number` counts how often it left a contact of Xero. `skip` stands
    while a person has set it aside.
    """

    id: UUID
    partner_contact_id: str
    xero_contact_id: str | None
    generation: int
    hub: Hub
    standing: Standing
    mention: Mention
    document: Document | None = None
    intent: Intent | None = None
    xero_due: bool = False
    unusable: str | None = None
    is_shared: bool = False
    groups_joined: frozenset[str] = frozenset()
    wanted_xero_id: str | None = None
    wanted_is_shared: bool = False
    granted_xero_id: str | None = None
    push_wanted: bool = False
    acked_version: int = 0
    marker_number: int = 0
    xero_updated_at: datetime | None = None
    read_updated_at: datetime | None = None
    skip: Skip | None = None

    @property
    def is_resumed(self) -> bool:
        """It was recorded as set aside, and is so no more."""
        return self.skip is None and self.standing.code == SKIPPED

    @property
    def marker(self) -> str:
        """Our mark on the contact, in its ContactNumber: it names the link, so it is unique over all businesses.

        A link that left a contact has another one from then on: the contact keeps the mark, so it would be taken for
        the same contact for ever, and Xero gives no number twice.
        """
        return self._build_marker(self.marker_number)

    @property
    def markers(self) -> tuple[str, ...]:
        """All the marks that it had, the one of now last."""
        return tuple(self._build_marker(number) for number in range(self.marker_number + 1))

    def _build_marker(self, number: int) -> str:
        return f"{MARKER}{self.id.hex}{f'-{number}' if number else ''}"[:LONGEST_MARKER]

    @property
    def was_said(self) -> bool:
        """The app told of the contact by version; otherwise only invoices named it."""
        return self.hub.partner_version > 0

    @property
    def partner_at(self) -> datetime:
        """When the partner's side last spoke of it."""
        return max(self.mention.said_at, self.document.received_at) if self.document else self.mention.said_at

    @property
    def is_push_due(self) -> bool:
        """Somebody wants it in Xero, and it is not there yet."""
        return self.push_wanted and self.xero_contact_id is None

    def needs_a_read(self, lanes: Lanes) -> bool:
        """Xero may hold something else than its shadow says, or is about to be written."""
        if self.xero_contact_id is None or self.wanted_xero_id is not None:
            return False
        is_new = self.xero_updated_at is None
        return is_new or self.xero_due or self.hub.unanswered is not None or bool(xero_moves(self.hub, lanes))

    @property
    def merged_document(self) -> Mapping[str, Any] | None:
        """The app's newest document of it, where the record took that in last."""
        is_last = self.document is not None and _rank(self.document) == self.hub.partner_version
        return self.document.body if self.document is not None and is_last else None

    def list_news(self) -> list[tuple[int, Document]]:
        """What the partner said by version and the record has not taken in, by growing rank."""
        said = [(_rank(self.document), self.document)] if self.document else []
        # Without `based_on` a mention that is no newer than what the app told us of would undo what the app has taken.
        if self.mention.version > (self.acked_version if self.mention.based_on is None else 0):
            body = {name: self.mention.details.get(name) for name in DETAILS}
            mention = Document(body, self.mention.version, self.mention.based_on, self.mention.said_at)
            said.append((_rank(mention, is_mention=True), mention))
        news = [(rank, document) for rank, document in said if rank > self.hub.partner_version]
        return sorted(news, key=lambda ranked: ranked[0])

    def moved_on(self, *, is_shared: bool) -> "ContactLink":
        """The link as it goes over from the contact that it had to another one, which it is yet to be shown."""
        return replace(self, is_shared=is_shared, marker_number=self.marker_number + 1)

    def with_details(self) -> "ContactLink":
        """The link with what invoices said of it for the first time; once it is said or in Xero they say no more.

        A link without any record is from before contacts had one: it knows what its invoices said, wherever it is.
        """
        counts = self.xero_contact_id is None and not self.was_said
        if self.hub.record and not counts:
            return self
        details = {name: self.mention.details.get(name) for name in DETAILS}
        said = from_contact_document(details, blank(Side.PARTNER))
        return replace(self, hub=replace(self.hub, record=said, partner_shadow=dict(said)))

    def as_held_by_xero(self, contact: XeroContact, hub: Hub) -> "ContactLink":
        """The link after Xero showed this contact."""
        unusable = None if contact.is_usable else ("erased" if contact.is_erased else "archived")
        return replace(
            self,
            hub=hub,
            xero_contact_id=contact.xero_contact_id,
            xero_due=False,
            unusable=unusable,
            groups_joined=self.groups_joined | frozenset(contact.group_ids),
            xero_updated_at=contact.updated_at,
        )


@dataclass(frozen=True, slots=True)
class ContactPlan:
    """What is due in Xero for one contact: paths to write, and what stops it."""

    moves: tuple[str, ...] = ()
    hold: Hold | None = None


def plan_contact(link: ContactLink, lanes: Lanes = OPEN) -> ContactPlan:
    """What is due in Xero; nothing before an invoice, or somebody's call, brings the contact there."""
    if link.xero_contact_id is None:
        return ContactPlan()
    conflict = conflict_hold(link.hub, " of the contact")
    moves = tuple(sorted(xero_moves(link.hub, lanes)))
    if not moves:
        return ContactPlan(hold=conflict)
    record = link.hub.record
    hold = judge_use(record.get("name"), link.unusable) or judge_contact(record, moves)
    return ContactPlan(hold=hold) if hold else ContactPlan(moves, conflict)
