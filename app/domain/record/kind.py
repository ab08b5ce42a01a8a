"""What differs between the kinds of things that a hub keeps; the hub itself knows paths and values only.

A kind answers four questions: what each side can hold, which words of the record follow an edit, how much of what Xero
shows is believed, and how much of what Xero holds counts against the record.
"""

from datetime import datetime
from typing import Protocol

from app.domain.record.coupling import Vocabulary, couple
from app.domain.record.fields import Fields, Value, only_groups, pick, without_groups
from app.domain.record.sides import Side, Status, project


class Kind(Protocol):
    """One kind of thing; an instance carries no state."""

    def project(self, side: Side, record: Fields) -> dict[str, Value]:
        """The record as that side would hold it."""
        ...

    def couple(
        self, side: Side, before: Fields, merged: Fields, vocabulary: Vocabulary, at: datetime
    ) -> dict[str, Value]:
        """The merged record with whatever follows from that side's edits, made at `at`."""
        ...

    def believe(self, base: Fields, seen: Fields) -> Fields:
        """The part of what Xero shows that may be taken for edits against `base`."""
        ...

    def compare(self, holds: Fields, wanted: Fields) -> Fields:
        """The part of what Xero holds that counts when it should hold `wanted`."""
        ...


class InvoiceKind:
    """Sales invoices: two vocabularies for one fact, and a void that is final in Xero (FACTS 4.1)."""

    def project(self, side: Side, record: Fields) -> dict[str, Value]:
        return project(side, record)

    def couple(
        self, side: Side, before: Fields, merged: Fields, vocabulary: Vocabulary, at: datetime
    ) -> dict[str, Value]:
        return couple(side, before, merged, vocabulary, at)

    def believe(self, base: Fields, seen: Fields) -> Fields:
        """A voided invoice may come back without lines: that is no edit of them (one side suddenly emptied is a
        danger), so only its status is taken, and that payments and credits are gone: else Xero had not voided it
        (FACTS 4.1).
        """
        if seen.get("status") != Status.CANCELLED:
            return seen
        kept = without_groups(without_groups(base, "payments"), "credits")
        kept |= only_groups(seen, "payments") | only_groups(seen, "credits")
        return {**kept, "status": Status.CANCELLED.value}

    def compare(self, holds: Fields, wanted: Fields) -> Fields:
        """Of a cancelled record Xero should hold the status alone, so only that counts."""
        return pick(holds, ["status"]) if wanted.get("status") == Status.CANCELLED else holds


INVOICE: Kind = InvoiceKind()
