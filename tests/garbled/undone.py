"""What the app was told to take away though Xero has it and nobody took it away: a garbled answer taken for an edit.

Both sides come together again once the truth is heard, so that this can be seen only while answers are garbled.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.chaos.ledger import scalars
from tests.chaos.story import Story
from tests.scenarios.house import Json

KEPT_IN_THE_APP = ("reference", "due_on", "issued_on", "lines", "payments", "credits")
OVER = ("cancelled", "draft")


@dataclass
class Watch:
    """What the app showed at the last look, by invoice: its values, and its status."""

    values: dict[str, set[str]] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)

    async def look(self, story: Story) -> list[str]:
        """What was undone in the app since the last look."""
        documents = {document["id"]: document for document in await story.house.list_in_app()}
        in_xero = {each["InvoiceNumber"]: each for each in await story.house.list_in_xero()}
        found = []
        for thing, document in documents.items():
            invoice = in_xero.get(document["number"])
            if invoice is not None and invoice["Status"] != "VOIDED":
                found += self._find(story, thing, document, invoice)
        self.values = {thing: list_values(document) for thing, document in documents.items()}
        self.statuses = {thing: document["status"] for thing, document in documents.items()}
        return found

    def _find(self, story: Story, thing: str, document: Json, invoice: Json) -> list[str]:
        replaced = {edit.over for edit in story.ledger.edits if edit.thing == thing}
        gone = self.values.get(thing, set()) - list_values(document)
        # Xero writes days as instants, and a price with as many places as it likes.
        undone = sorted((gone & set(scalars(invoice))) - replaced)
        found = [f"undone in the app: {thing} {value}" for value in undone]
        was, now = self.statuses.get(thing), document["status"]
        if (
            was not in (None, *OVER)
            and now in OVER
            and thing not in set().union(*story.ledger.ended.values())
        ):
            found.append(f"undone in the app: {thing} was {was} and is {now}")
        return found


def list_values(document: Mapping[str, object]) -> set[str]:
    """What a person reads on the app's invoice."""
    return set(scalars([document[name] for name in KEPT_IN_THE_APP]))
