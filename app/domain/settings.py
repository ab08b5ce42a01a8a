"""A connection's settings: what its business chose. Stored as JSON, read as this value.

Accounts are kept by Xero's id (people edit codes, FACTS 5) and become codes only when a line is written.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from app.domain.coupling import Vocabulary
from app.domain.credit import Overpayments
from app.domain.credit_plan import CreditTerms
from app.domain.gate import ImportFromXero
from app.domain.hub import Rules
from app.domain.item_code import ItemCodes, UnknownItem
from app.domain.numbering import Numbering
from app.domain.organisation import Organisation
from app.domain.plan import Terms
from app.domain.policy import ConflictPolicy

NO_ITEM_CODES = ItemCodes()
"""Where nobody asked which item codes Xero has."""


class ItemSync(StrEnum):
    """Whether the partner's products are kept as items in Xero; `off` stores them and sends nothing."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """`revenue_accounts`: category -> account id. `taxes`: the partner's word -> Xero tax type.
    `payment_account_id`: where payments made in the app are booked, unless `payment_accounts` has another for their
    method. `tracking`: category id -> option id, for lines that the app adds. `branding_theme_id`: of invoices that are
    made in Xero. `due_days`: when an invoice without a due date is due; None is by Xero's terms. `sync_from`: invoices
    issued before it are never linked; None is all of them. `numbering`: whose number an invoice has in Xero.
    `credit_note_account_id` and `prepayment_account_id`: of the lines of credit notes and of deposits; None is the
    account of `general`. `overpayments`: what happens to a payment that exceeds what is due. `items`: whether the
    partner's products go to Xero. `unknown_item`: what becomes of a line whose item code Xero does not have;
    `fallback_item`: the code to book it as. `contact_account_number`: of contacts made in Xero without one, `{id}`
    being the app's id; None is none. `contact_groups`: the app's group code -> Xero contact group id.
    """

    revenue_accounts: Mapping[str, str] = field(default_factory=dict)
    taxes: Mapping[str, str] = field(default_factory=dict)
    payment_account_id: str | None = None
    payment_accounts: Mapping[str, str] = field(default_factory=dict)
    tracking: Mapping[str, str] = field(default_factory=dict)
    branding_theme_id: str | None = None
    due_days: int | None = None
    conflict_policy: ConflictPolicy = ConflictPolicy.NEWEST_WINS
    sync_from: date | None = None
    import_from_xero: ImportFromXero = ImportFromXero.SENT
    numbering: Numbering = Numbering.PARTNER
    credit_note_account_id: str | None = None
    prepayment_account_id: str | None = None
    overpayments: Overpayments = Overpayments.HOLD
    contact_account_number: str | None = None
    contact_groups: Mapping[str, str] = field(default_factory=dict)
    items: ItemSync = ItemSync.OFF
    unknown_item: UnknownItem = UnknownItem.DESCRIPTION_ONLY
    fallback_item: str | None = None

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ConnectionSettings":
        """The settings that `to_json` stored; what is not there has its default."""
        sync_from = stored.get("sync_from")
        return cls(
            revenue_accounts=stored.get("revenue_accounts") or {},
            taxes=stored.get("taxes") or {},
            payment_account_id=stored.get("payment_account_id"),
            payment_accounts=stored.get("payment_accounts") or {},
            tracking=stored.get("tracking") or {},
            branding_theme_id=stored.get("branding_theme_id"),
            due_days=stored.get("due_days"),
            conflict_policy=ConflictPolicy(stored.get("conflict_policy", ConflictPolicy.NEWEST_WINS)),
            sync_from=date.fromisoformat(sync_from) if sync_from else None,
            import_from_xero=ImportFromXero(stored.get("import_from_xero", ImportFromXero.SENT)),
            numbering=Numbering(stored.get("numbering", Numbering.PARTNER)),
            credit_note_account_id=stored.get("credit_note_account_id"),
            prepayment_account_id=stored.get("prepayment_account_id"),
            overpayments=Overpayments(stored.get("overpayments", Overpayments.HOLD)),
            contact_account_number=stored.get("contact_account_number"),
            contact_groups=stored.get("contact_groups") or {},
            items=ItemSync(stored.get("items", ItemSync.OFF)),
            unknown_item=UnknownItem(stored.get("unknown_item", UnknownItem.DESCRIPTION_ONLY)),
            fallback_item=stored.get("fallback_item"),
        )

    def to_json(self) -> dict[str, Any]:
        """A JSON object with every setting."""
        return asdict(self) | {"sync_from": self.sync_from.isoformat() if self.sync_from else None}

    def vocabulary(self, organisation: Organisation, items: ItemCodes = NO_ITEM_CODES) -> Vocabulary:
        """The maps in account codes; an account that the organisation does not know is left unmapped."""
        found = {word: organisation.find_account(account) for word, account in self.revenue_accounts.items()}
        return Vocabulary(
            accounts={word: account.code for word, account in found.items() if account and account.code},
            taxes=self.taxes,
            tracking=organisation.tracking_words(self.tracking),
            items=items,
        )

    def credit_terms(self, organisation: Organisation) -> CreditTerms:
        """What credits are booked with, in account codes; an account that is gone from the organisation is none."""

        def code_of(account_id: str | None) -> str | None:
            chosen = account_id or self.revenue_accounts.get("general")
            account = organisation.find_account(chosen) if chosen else None
            return account.code if account else None

        return CreditTerms(
            code_of(self.credit_note_account_id),
            code_of(self.prepayment_account_id),
            self.payment_account_id,
            self.overpayments,
        )

    def rules(self, organisation: Organisation, items: ItemCodes = NO_ITEM_CODES) -> Rules:
        """How this connection merges."""
        return Rules(self.conflict_policy.winner_of, self.vocabulary(organisation, items))

    def terms(self, organisation: Organisation, items: ItemCodes = NO_ITEM_CODES) -> Terms:
        """What planning a write to Xero must know of the settings."""
        return Terms(
            organisation,
            self.sync_from,
            self.payment_account_id,
            self.payment_accounts,
            items,
            self.credit_terms(organisation),
        )
