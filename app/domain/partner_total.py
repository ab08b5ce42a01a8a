"""What an invoice comes to as the partner's app holds it: set against what the app says of it.

Pure. The app holds the document of a version that it sent, or what it made of that by taking changes since. Where the
sum cannot be known, because a line's tax rate is not, or because something is under way, nothing is compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.domain.coupling import Vocabulary, refresh_unmapped
from app.domain.document import from_document
from app.domain.fields import Fields
from app.domain.money import cents, totals


@dataclass(frozen=True, slots=True)
class PartnerHolding:
    """What is known of one invoice on the partner's side. `acked_version` is the app's own after it took changes."""

    document: Mapping[str, Any] | None
    document_version: int
    acked_version: int
    partner_shadow: Fields
    record: Fields
    is_settled: bool

    @property
    def version(self) -> int:
        """The newest version that is known."""
        return max(self.document_version, self.acked_version)

    @property
    def currency(self) -> str | None:
        """The invoice's currency."""
        said = (self.document or {}).get("currency") or self.record.get("currency")
        return None if said is None else str(said)


def total_held(
    holding: PartnerHolding, vocabulary: Vocabulary | None, rates: Mapping[str, Decimal]
) -> Decimal | None:
    """What the newest known version comes to, to the cent; None where that is not known."""
    if holding.document is not None and holding.document_version >= holding.acked_version:
        return _total_of_document(holding.document, vocabulary, rates)
    if not holding.is_settled or not holding.partner_shadow:
        return None
    types = {path: value for path, value in holding.record.items() if path.endswith("/tax_type")}
    found = totals({**types, **holding.partner_shadow}, rates)
    return cents(found.total) if found else None


def _total_of_document(
    document: Mapping[str, Any], vocabulary: Vocabulary | None, rates: Mapping[str, Decimal]
) -> Decimal | None:
    if document.get("total") is not None:
        return cents(Decimal(document["total"]))
    fields = from_document(document, held={}, total_of=lambda _: None, received_on=document["issued_on"])
    if document["amounts_are"] == "tax_exclusive":
        if vocabulary is None:
            return None
        fields = refresh_unmapped(fields, vocabulary)
    else:
        # The amounts are with tax, or without any: no rate moves their sum.
        fields |= {"amounts_are": "no_tax"}
    found = totals(fields, rates)
    return cents(found.total) if found else None
