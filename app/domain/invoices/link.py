"""A link as the loop works on it: two identities, the hub, and what is known of Xero's side.

An immutable snapshot; every stage answers the next one. `Standing` is what a person is told: settled, behind or held,
with the reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.holds.bars import BARS
from app.domain.holds.hold import Hold, Way
from app.domain.holds.skip import SKIPPED, Skip
from app.domain.invoices.booking import Booked
from app.domain.invoices.plan import CreditState, XeroState
from app.domain.record.credit import Overpaid
from app.domain.record.fields import Fields, keys_of, member
from app.domain.record.hub import Hub
from app.domain.record.money import credited, paid
from app.domain.record.replaced import replace
from app.domain.xero.xero_invoice import Identities, XeroInvoice

INVOICE_INTENT = "invoice"
AWAITING_PARTNER = "awaiting_partner"
"""Why a link is behind that waits for nothing but the app's answer to a change."""
WORK_LEFT = "work_left"
"""Why a link is behind of which more is to be written to Xero."""


class State(StrEnum):
    """settled: record equals both shadows. behind: work is due. held: waits for a person or for a cause to lift."""

    SETTLED = "settled"
    BEHIND = "behind"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Standing:
    """A state with its reason; of a settled link the reason says why nothing had to be done.

    Of a held one, `way` is what kind of step leads out, `held_by` which invoice or contact of Xero's stands in the
    way, and `retry_at`, once it was saved, when it is looked at again by itself.
    """

    state: State
    code: str | None = None
    message: str | None = None
    cure: str | None = None
    way: Way | None = None
    held_by: str | None = None
    retry_at: datetime | None = None

    @classmethod
    def held(cls, hold: Hold) -> "Standing":
        return cls(State.HELD, hold.code, hold.message, hold.cure, hold.way, hold.held_by)

    @property
    def hold(self) -> Hold:
        """The hold with which a held one stands, for one that goes on waiting."""
        way = self.way or Way.PERSON
        return Hold(self.code or "", self.message or "", self.cure or "", way, self.held_by)


def is_barred(standing: Standing) -> bool:
    """Whether it is held because Xero refuses who asks."""
    return standing.state is State.HELD and standing.code in BARS


@dataclass(frozen=True, slots=True)
class Document:
    """The partner's newest document as it came, with the moment of its arrival."""

    body: Mapping[str, Any]
    version: int
    based_on: int | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Intent:
    """A create that was begun: its idempotency key and when."""

    key: str
    at: datetime


@dataclass(frozen=True)
class InvoiceLink:
    """One invoice's link.

    `generation` is the one seen when it was loaded: recording it as settled leaves the link behind if another trigger
    came since; `is_behind` says that it was behind then. `line_ids`, `payment_ids` and `credit_ids` map Xero's ids to
    keys; `overpaid` is what of a payment stands in Xero as an overpayment, by payment key; `kept_methods` are those of
    payments that the app took back and Xero still has, and `booked` tells of those that we made. `account_ids` are
    the accounts that its codes stood for when it was recorded. `read_updated_at` is Xero's clock at the last read
    before a write of ours. `fees` are those of the app's payments, by id; `shown_status`
    is the status of the record in the document's words, as it was last recorded. `skip` stands while a person has set
    it aside. `is_draft_wanted`: somebody asked for it in Xero as the draft that it is. `untold_since` is when it was
    touched by what was not carried out when it was loaded; None where nobody touched it. `correlation_id` is the id
    under which that came in.
    """

    id: UUID
    partner_invoice_id: str
    xero_invoice_id: str | None
    generation: int
    hub: Hub
    standing: Standing
    document: Document | None = None
    line_ids: Mapping[str, str] = field(default_factory=dict)
    payment_ids: Mapping[str, str] = field(default_factory=dict)
    intents: Mapping[str, Intent] = field(default_factory=dict)
    xero_due: bool = False
    xero_status: str | None = None
    xero_total: str | None = None
    xero_amount_due: str | None = None
    xero_updated_at: datetime | None = None
    read_updated_at: datetime | None = None
    tax_amounts_sent: bool = False
    credit_ids: Mapping[str, str] = field(default_factory=dict)
    overpaid: Mapping[str, Overpaid] = field(default_factory=dict)
    kept_methods: Mapping[str, str] = field(default_factory=dict)
    booked: Mapping[str, Booked] = field(default_factory=dict)
    account_ids: Mapping[str, str] = field(default_factory=dict)
    fees: Mapping[str, str] = field(default_factory=dict)
    shown_status: str | None = None
    skip: Skip | None = None
    is_behind: bool = False
    is_draft_wanted: bool = False
    untold_since: datetime | None = None
    correlation_id: str | None = None

    @property
    def is_resumed(self) -> bool:
        """It was recorded as set aside, and is so no more."""
        return self.skip is None and self.standing.code == SKIPPED

    @property
    def has_news_from_partner(self) -> bool:
        """A document came that the record has not taken in."""
        return self.document is not None and self.document.version > self.hub.partner_version

    @property
    def merged_document(self) -> Mapping[str, Any] | None:
        """The app's newest document, where the record took that in last."""
        is_last = self.document is not None and self.document.version == self.hub.partner_version
        return self.document.body if self.document is not None and is_last else None

    @property
    def xero_state(self) -> XeroState:
        return XeroState(
            self.xero_invoice_id,
            self.xero_total,
            self.tax_amounts_sent,
            self.is_credited,
            CreditState(frozenset(self.credit_ids.values()), self.overpaid),
            self.is_draft_wanted,
            None if self.xero_due or self.xero_amount_due is None else Decimal(self.xero_amount_due),
            self.booked,
        )

    @property
    def is_credited(self) -> bool:
        """Whether something beside payments is applied to it in Xero, as far as a read that is not due anew tells."""
        if credited(self.hub.xero_shadow):
            return True
        if self.xero_due or self.xero_total is None or self.xero_amount_due is None:
            return False
        applied = Decimal(self.xero_total) - Decimal(self.xero_amount_due)
        return self.xero_status in {"AUTHORISED", "PAID"} and applied > paid(self.hub.xero_shadow)

    @property
    def identities(self) -> Identities:
        return Identities(self.line_ids, self.payment_ids, self.credit_ids, self.overpaid)

    @property
    def partner_at(self) -> datetime | None:
        """When the partner's side last spoke."""
        return self.document.received_at if self.document else None

    def as_held_by_xero(self, invoice: XeroInvoice, hub: Hub, identities: Identities) -> "InvoiceLink":
        """The link after Xero showed this invoice."""
        return replace(
            self,
            hub=hub,
            xero_invoice_id=invoice.xero_invoice_id,
            line_ids=dict(identities.lines),
            payment_ids=self._with_payment_ids(identities.payments),
            credit_ids={**self.credit_ids, **identities.credits},
            xero_due=False,
            xero_status=invoice.status,
            xero_total=f"{invoice.total:.2f}",
            xero_amount_due=f"{invoice.amount_due:.2f}",
            xero_updated_at=invoice.updated_at,
        )

    def with_intent(self, what: str, intent: Intent) -> "InvoiceLink":
        """The link with a create begun."""
        return replace(self, intents={**self.intents, what: intent})

    def without_intent(self, what: str) -> "InvoiceLink":
        """The link with that create ended, one way or the other."""
        return replace(self, intents={key: intent for key, intent in self.intents.items() if key != what})

    def with_payment_id(self, xero_payment_id: str, key: str) -> "InvoiceLink":
        """The link of which a payment stands in Xero under that id."""
        return replace(self, payment_ids=self._with_payment_ids({xero_payment_id: key}))

    def _with_payment_ids(self, shown: Mapping[str, str]) -> dict[str, str]:
        """A payment that came again has another id, and the one that it had before is dead; others may come back."""
        again = set(shown.values())
        kept = {xero_id: key for xero_id, key in self.payment_ids.items() if key not in again}
        return {**kept, **shown}

    def with_methods_kept(self, before: Fields) -> "InvoiceLink":
        """The link that remembers how the payments were made that the record had `before`, and has no more.

        Xero knows no methods, and may keep a payment: the app then gets it back as it was.
        """
        held = set(keys_of(self.hub.xero_shadow, "payments"))
        taken_back = held - set(keys_of(self.hub.record, "payments"))
        methods = {
            key: member(before, "payments", key, "method") or self.kept_methods.get(key)
            for key in sorted(taken_back)
        }
        kept = {key: method for key, method in methods.items() if method is not None}
        booked = {key: by for key, by in self.booked.items() if key in held}
        is_same = kept == self.kept_methods and booked == self.booked
        return self if is_same else replace(self, kept_methods=kept, booked=booked)
