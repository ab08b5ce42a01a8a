"""A connection's settings: what its business chose. Stored as JSON, read as this value.

Accounts are kept by Xero's id (people edit codes, FACTS 5) and become codes only when a line is written.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import Any, TypeVar

from app.domain.connections.account_map import EXPENSE, UnmappedCategory
from app.domain.connections.schedule import MIDNIGHT, ZONE_OF_COUNTRY, Mode, Schedule, Weekday
from app.domain.contacts.contact_matching import EVERY_KEY, ContactKey, in_order
from app.domain.crossing.gate import ImportFromXero
from app.domain.crossing.numbering import Numbering
from app.domain.invoices.plan import CreditTerms, Terms
from app.domain.record.coupling import Vocabulary
from app.domain.record.credit import Overpayments
from app.domain.record.direction import OPEN, Direction, Lanes
from app.domain.record.field_names import find_named
from app.domain.record.item_code import ItemCodes, UnknownItem, fold
from app.domain.record.observing import Rules
from app.domain.record.policy import ConflictPolicy, Policies
from app.domain.xero.organisation import Organisation

NO_ITEM_CODES = ItemCodes()
"""Where nobody asked which item codes Xero has."""


class ItemSync(StrEnum):
    """Whether the partner's products are kept as items in Xero; `off` stores them and sends nothing."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """`revenue_accounts`: category -> account id. `item_accounts`: item code -> account id, before the category.
    `unmapped_category`: what becomes of a line whose category has none. `taxes`: the partner's word -> Xero tax type;
    `expense_taxes`: the same for lines on accounts of expenses, where it is another.
    `payment_account_id`: where payments made in the app are booked, unless `payment_accounts` has another for their
    method. `tracking`: category id -> option id, for lines that the app adds. `branding_theme_id`: of invoices that are
    made in Xero. `due_days`: when an invoice without a due date is due; None is by Xero's terms. `sync_from`: invoices
    issued before it are never linked; None is all of them. `numbering`: whose number an invoice has in Xero.
    `credit_note_account_id` and `prepayment_account_id`: of the lines of credit notes and of deposits; None is the
    account of `general`. `overpayments`: what happens to a payment that exceeds what is due. `items`: whether the
    partner's products go to Xero. `unknown_item`: what becomes of a line whose item code Xero does not have;
    `fallback_item`: the code to book it as. `contact_account_number`: of contacts made in Xero without one, `{id}`
    being the app's id; None is none. `contact_groups`: the app's group code -> Xero contact group id.
    `contact_matching`: by what a contact that Xero has already is taken for the app's.

    `conflict_policies`: field name -> policy, where it is not `conflict_policy`. `directions` and `field_directions`:
    what does not travel both ways, by entity and by field name; products are in `items`. `mode`, `at`, `weekday` and
    `time_zone`: when the connection works; without a zone it is the one of the organisation's country.
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
    item_accounts: Mapping[str, str] = field(default_factory=dict)
    unmapped_category: UnmappedCategory = UnmappedCategory.HOLD
    expense_taxes: Mapping[str, str] = field(default_factory=dict)
    contact_matching: tuple[ContactKey, ...] = EVERY_KEY
    conflict_policies: Mapping[str, ConflictPolicy] = field(default_factory=dict)
    directions: Mapping[str, Direction] = field(default_factory=dict)
    field_directions: Mapping[str, Direction] = field(default_factory=dict)
    mode: Mode = Mode.REAL_TIME
    at: time = MIDNIGHT
    weekday: Weekday = Weekday.MONDAY
    time_zone: str | None = None

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
            item_accounts=stored.get("item_accounts") or {},
            unmapped_category=UnmappedCategory(stored.get("unmapped_category", UnmappedCategory.HOLD)),
            expense_taxes=stored.get("expense_taxes") or {},
            contact_matching=in_order([ContactKey(key) for key in stored.get("contact_matching", EVERY_KEY)]),
            conflict_policies=_read(ConflictPolicy, stored.get("conflict_policies")),
            directions=_read(Direction, stored.get("directions")),
            field_directions=_read(Direction, stored.get("field_directions")),
            mode=Mode(stored.get("mode", Mode.REAL_TIME)),
            at=time.fromisoformat(stored.get("at", "00:00")),
            weekday=Weekday(stored.get("weekday", Weekday.MONDAY)),
            time_zone=stored.get("time_zone"),
        )

    def to_json(self) -> dict[str, Any]:
        """A JSON object with every setting."""
        return asdict(self) | {
            "sync_from": self.sync_from.isoformat() if self.sync_from else None,
            "at": f"{self.at:%H:%M}",
            "contact_matching": list(self.contact_matching),
        }

    @property
    def lanes(self) -> Lanes:
        """What travels which way."""
        if not (self.directions or self.field_directions):
            return OPEN
        return Lanes(self.directions, self.field_directions)

    @property
    def policies(self) -> Policies:
        """Who wins a conflict: the policy for everything, and those of single fields."""
        return Policies(self.conflict_policy, self.conflict_policies)

    def schedule(self, country: str | None) -> Schedule:
        """When the connection works, its organisation being in that country."""
        return Schedule(self.mode, self.at, self.weekday, self.find_zone(country))

    def find_zone(self, country: str | None) -> str:
        """The business's time zone, its organisation being in that country: its set times and its days are of it."""
        return self.time_zone or ZONE_OF_COUNTRY.get(country or "", "UTC")

    def find_decider(self, path: str) -> tuple[str, str | None]:
        """What decides a conflict at a path, and the name under which that was chosen, None if for everything.

        It is a policy, or a direction where the path travels one way alone.
        """
        if self.lanes.owner_of(path) is None:
            return self.policies.at(path).value, find_named(path, self.conflict_policies)
        return self.lanes.direction_at(path).value, find_named(
            path, {**self.directions, **self.field_directions}
        )

    def vocabulary(self, organisation: Organisation, items: ItemCodes = NO_ITEM_CODES) -> Vocabulary:
        """The maps in account codes; an account that the organisation does not know is left unmapped."""
        return Vocabulary(
            accounts=_codes(self.revenue_accounts, organisation),
            taxes=self.taxes,
            tracking=organisation.tracking_words(self.tracking),
            items=items,
            item_accounts={
                fold(code): account for code, account in _codes(self.item_accounts, organisation).items()
            },
            falls_to_general=self.unmapped_category is UnmappedCategory.GENERAL,
            expense_taxes=self.expense_taxes,
            expense_accounts=organisation.codes_of_class(EXPENSE) if self.expense_taxes else frozenset(),
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
        return Rules(self.policies.winner_of, self.vocabulary(organisation, items), self.lanes)

    def terms(self, organisation: Organisation, items: ItemCodes = NO_ITEM_CODES) -> Terms:
        """What planning a write to Xero must know of the settings."""
        return Terms(
            organisation,
            self.sync_from,
            self.payment_account_id,
            self.payment_accounts,
            items,
            self.credit_terms(organisation),
            self.lanes,
        )


def _codes(chosen: Mapping[str, str], organisation: Organisation) -> dict[str, str]:
    found = {word: organisation.find_account(account_id) for word, account_id in chosen.items()}
    return {word: account.code for word, account in found.items() if account and account.code}


_Word = TypeVar("_Word", bound=StrEnum)


def _read(kind: type[_Word], stored: Mapping[str, str] | None) -> dict[str, _Word]:
    return {name: kind(word) for name, word in (stored or {}).items()}
