"""The app's next document of an invoice, made for it: its newest one, with one payment or credit put in or taken out.

An app that tells a single payment means "as it was, and this". What it was is its newest document with the changes of
ours that it has applied since, never the document alone: that would take those changes back. A version between that
and the one it names is an edit that never arrived here, and must not be overwritten unseen.

"Paid" without payments that cover the total stands for a payment of the rest (`document.IMPLIED_PAYMENT`). Putting
something in leaves that word, so the rest shrinks; taking something out must not let it grow, so what it stood for is
then said as the payment that it is.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

from app.domain.partner.document import IMPLIED_PAYMENT, shown_status, to_document
from app.domain.partner.partner_side import PartnerSide
from app.domain.record.fields import Fields, keys_of

Group = Literal["payments", "credits"]
Part = Mapping[str, Any]
"""One payment or credit in the document's words."""

_ONLY_IN_DOCUMENTS = ("currency_rate",)


def count_missing_versions(
    version: int, *, document_version: int, acked_version: int, applied: Collection[int], based_on: int
) -> int:
    """How many versions of the app lie between what is known of it and `version` without having been seen here.

    Each change that it applies makes a version too. Those by which it told its version are counted in `acked_version`;
    the others among the `applied` revisions since the document, which had applied them up to `based_on`, are not.
    """
    told = max(0, acked_version - document_version)
    untold = max(0, sum(revision > based_on for revision in applied) - told)
    return max(0, version - max(document_version, acked_version) - 1 - untold)


@dataclass(frozen=True, slots=True)
class AppDocument:
    """A document as the app has it, with the fields that it comes to and the fees that are known of its payments."""

    body: Mapping[str, Any]
    held: Fields
    fees: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        invoice_id: str,
        body: Mapping[str, Any] | None,
        side: PartnerSide,
        contacts: Mapping[str, Mapping[str, Any]],
        fees: Mapping[str, str],
        total: Decimal | None,
    ) -> "AppDocument":
        """Word for word while the app applied nothing since, else rebuilt from what it holds, and then without a total.

        `contacts` are the details that the app's own invoices have; `total` is what it comes to there, None where that
        is not known.
        """
        if body is not None and side.held == side.said:
            return cls(body, side.held, fees)
        rebuilt = to_document(invoice_id, side.held, contacts, None, fees)
        is_paid = total is None or shown_status(side.held, total) == "paid"
        if is_paid and IMPLIED_PAYMENT in keys_of(side.held, "payments"):
            listed = [payment for payment in rebuilt["payments"] if payment["id"] != IMPLIED_PAYMENT]
            rebuilt |= {"status": "paid", "payments": listed}
        kept = {name: body[name] for name in _ONLY_IN_DOCUMENTS if body and body.get(name)}
        return cls(rebuilt | kept, side.held, fees)

    def has(self, group: Group, key: str) -> bool:
        """Whether the app has that payment or credit, said or implied."""
        return key in keys_of(self.held, group)

    def put_in(self, group: Group, part: Part) -> dict[str, Any]:
        """The document with that payment or credit, in the place of one with its id or at the end."""
        listed = self._list(group)
        places = [place for place, other in enumerate(listed) if other["id"] == part["id"]] or [len(listed)]
        listed[places[0] : places[0] + 1] = [part]
        return {**self.body, group: listed}

    def take_out(self, group: Group, key: str) -> dict[str, Any]:
        """The document without that payment or credit; what "paid" stood for beside it stays as it was."""
        body = dict(self.body)
        if body["status"] == "paid":
            listed = [part for part in self._list("payments") if part["id"] != IMPLIED_PAYMENT]
            rest = [part for part in self._show("payments") if part["id"] == IMPLIED_PAYMENT]
            body |= {"status": "sent", "payments": [*listed, *rest]}
        listed = replace(self, body=body)._list(group)
        return {**body, group: [part for part in listed if part["id"] != key]}

    def _list(self, group: Group) -> list[Part]:
        """What the document lists; where it says nothing of them, those that are held all the same."""
        listed = self.body.get(group)
        if listed is not None:
            return list(listed)
        is_implied = self.body["status"] == "paid"
        return [part for part in self._show(group) if not is_implied or part["id"] != IMPLIED_PAYMENT]

    def _show(self, group: Group) -> list[Part]:
        """All that are held, as a document would list them."""
        return list(to_document("", self.held, {}, None, self.fees)[group])
