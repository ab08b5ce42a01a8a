"""A connection's settings: what its business chose. Stored as JSON, read as this value.

Accounts are kept by Xero's id (people edit codes, FACTS 5) and become codes only when a line is written.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from app.domain.coupling import Vocabulary
from app.domain.gate import ImportFromXero
from app.domain.hub import Rules
from app.domain.organisation import Organisation
from app.domain.policy import ConflictPolicy


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """`revenue_accounts`: category -> account id. `taxes`: the partner's word -> Xero tax type.
    `payment_account_id`: where payments made in the app are booked. `sync_from`: invoices issued before it are
    never linked; None is all of them.
    """

    revenue_accounts: Mapping[str, str] = field(default_factory=dict)
    taxes: Mapping[str, str] = field(default_factory=dict)
    payment_account_id: str | None = None
    conflict_policy: ConflictPolicy = ConflictPolicy.NEWEST_WINS
    sync_from: date | None = None
    import_from_xero: ImportFromXero = ImportFromXero.SENT

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ConnectionSettings":
        """The settings that `to_json` stored; what is not there has its default."""
        sync_from = stored.get("sync_from")
        return cls(
            revenue_accounts=stored.get("revenue_accounts") or {},
            taxes=stored.get("taxes") or {},
            payment_account_id=stored.get("payment_account_id"),
            conflict_policy=ConflictPolicy(stored.get("conflict_policy", ConflictPolicy.NEWEST_WINS)),
            sync_from=date.fromisoformat(sync_from) if sync_from else None,
            import_from_xero=ImportFromXero(stored.get("import_from_xero", ImportFromXero.SENT)),
        )

    def to_json(self) -> dict[str, Any]:
        """A JSON object with every setting."""
        return asdict(self) | {"sync_from": self.sync_from.isoformat() if self.sync_from else None}

    def vocabulary(self, organisation: Organisation) -> Vocabulary:
        """The maps in account codes; an account that the organisation does not know is left unmapped."""
        found = {word: organisation.find_account(account) for word, account in self.revenue_accounts.items()}
        return Vocabulary(
            accounts={word: account.code for word, account in found.items() if account and account.code},
            taxes=self.taxes,
        )

    def rules(self, organisation: Organisation) -> Rules:
        """How this connection merges."""
        return Rules(self.conflict_policy.winner_of, self.vocabulary(organisation))
