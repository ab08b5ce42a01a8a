"""The plan for one link as data: what is due in Xero, what that is decided by, and what holds it.

`planning` makes it, before anything is sent, so that it can be shown and refused. What is due at the partner is
`owed.next_change`; it never waits for Xero.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.domain.crossing import gate
from app.domain.findings.ignoring import list_waiting
from app.domain.holds.hold import Hold
from app.domain.invoices.booking import Booked
from app.domain.record.credit import CreditKind, Overpaid, Overpayments
from app.domain.record.direction import OPEN, Lanes
from app.domain.record.hub import Hub
from app.domain.record.item_code import ItemCodes
from app.domain.xero.organisation import Organisation


@dataclass(frozen=True, slots=True)
class CreditTerms:
    """What the settings say of credits: accounts of their lines by code, the bank account that takes deposits by id."""

    credit_note_account: str | None = None
    prepayment_account: str | None = None
    bank_account_id: str | None = None
    overpayments: Overpayments = Overpayments.HOLD

    def account_of(self, kind: str) -> str | None:
        """The code of the account for the lines of a credit of that kind."""
        return self.prepayment_account if kind == CreditKind.PREPAYMENT else self.credit_note_account


@dataclass(frozen=True, slots=True)
class Terms:
    """What the connection's settings and organisation say about writing to Xero."""

    organisation: Organisation
    sync_from: date | None
    payment_account_id: str | None
    payment_accounts: Mapping[str, str] = field(default_factory=dict)
    items: ItemCodes = field(default_factory=ItemCodes)
    credits: CreditTerms = field(default_factory=CreditTerms)
    lanes: Lanes = OPEN

    def account_for(self, method: str | None) -> str | None:
        """The id of the account into which payments by that method go; None where none was chosen."""
        return self.payment_accounts.get(method or "", self.payment_account_id)


@dataclass(frozen=True, slots=True)
class CreditState:
    """What is known of the link's credits in Xero beside its shadow.

    `made`: keys of credits that exist there, allocated or not. `overpaid`: by payment key.
    """

    made: frozenset[str] = frozenset()
    overpaid: Mapping[str, Overpaid] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class XeroState:
    """What is known of the link's invoice in Xero beside its shadow.

    `invoice_id` is None until it was created. `total` is the total that Xero last showed, `tax_amounts_sent` whether
    line tax amounts were written already to mend a cent, `is_credited` whether something beside payments is applied,
    `credits` what is there of credits. `is_draft_wanted`: somebody asked for it in Xero as the draft that it is.
    `amount_due` is what Xero last showed as due, None once a payment moved it since. `booked` tells of our payments.
    """

    invoice_id: str | None
    total: str | None
    tax_amounts_sent: bool
    is_credited: bool = False
    credits: CreditState = field(default_factory=CreditState)
    is_draft_wanted: bool = False
    amount_due: Decimal | None = None
    booked: Mapping[str, Booked] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is due in Xero for one link.

    `create`: a new invoice from the record. `moves`: paths of an update in place (a void among them).
    `with_tax_amounts`: send every line with its tax amount. `payments_to_create` and `payments_to_delete` are payment
    keys, `credits_to_apply` and `credits_to_remove` credit keys; `payments_exceeding` has, by payment key, what of a
    payment is booked as an overpayment before it is made; `overpaid_to_allocate` is the key of one of which such a part
    covers the invoice after all. `hold` stops the writes but not what the partner is told;
    `stays_home` is the gate's answer.
    """

    create: bool = False
    moves: tuple[str, ...] = ()
    with_tax_amounts: bool = False
    payments_to_create: tuple[str, ...] = ()
    payments_to_delete: tuple[str, ...] = ()
    credits_to_apply: tuple[str, ...] = ()
    credits_to_remove: tuple[str, ...] = ()
    payments_exceeding: tuple[tuple[str, Decimal], ...] = ()
    overpaid_to_allocate: str | None = None
    hold: Hold | None = None
    stays_home: gate.StaysHome | None = None

    @property
    def writes_invoice(self) -> bool:
        return self.create or bool(self.moves) or self.with_tax_amounts

    @property
    def is_empty(self) -> bool:
        """Nothing is due in Xero: settled there, at home, or held."""
        pays = self.payments_to_create or self.payments_to_delete
        credits_due = self.credits_to_apply or self.credits_to_remove or self.payments_exceeding
        return not (self.writes_invoice or pays or credits_due or self.overpaid_to_allocate)


def conflict_hold(hub: Hub, of: str = "") -> Hold | None:
    """The hold for conflicts that wait for a person; None where there are none, or all were left as they are."""
    paths = list_waiting(hub)
    if not paths:
        return None
    return Hold(
        "conflict_held",
        f"Both sides changed {', '.join(sorted(paths))}{of} to different values.",
        "Decide it by POST .../conflicts/{id}/resolve, or give it the same value on both sides; it goes on by itself "
        "then.",
    )
