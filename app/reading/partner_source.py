"""A partner's app as a source: asked at its read endpoint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.db.delivery.manifests import Standing
from app.domain.holds.thing import Thing
from app.reading.protocol import ReadEntry
from app.reading.reader import PartnerReader, ReadTarget
from app.reading.source import ReadFailed, SourcePage


@dataclass(frozen=True, slots=True)
class PartnerSource:
    """The app that a connection's documents come from by themselves, too."""

    reader: PartnerReader
    target: ReadTarget
    reads_contacts: bool
    prefix: str = ""
    beside: None = None
    most_pages: int = 5_000
    patience: int = 3
    settles_in: timedelta = timedelta(0)

    @property
    def kinds(self) -> tuple[str, ...]:
        return (Thing.INVOICE, Thing.CONTACT) if self.reads_contacts else (Thing.INVOICE,)

    def fit(self, document: Mapping[str, Any], standing: Standing) -> Mapping[str, Any]:
        """The app's word as it is."""
        return document

    def find_order_id(self, partner_id: str) -> None:
        """It is no shop: what it says that cannot be taken is in the log."""

    async def fetch_page(self, kind: str, since: str | None, cursor: str | None) -> SourcePage:
        """One page of a list."""
        page = await self.reader.fetch_page(self.target, kind, since, cursor)
        return SourcePage(page.data, page.next, page.as_of)

    async def find_documents(self, kind: str, partner_id: str) -> Sequence[ReadEntry] | None:
        """The document of one thing."""
        document = await self.reader.find_document(self.target, kind, partner_id)
        if document is None:
            return None
        version = document.get("version")
        if type(version) is not int or version < 1:
            raise ReadFailed(f"{kind} {partner_id} has no version")
        if document.get("id") != partner_id:
            raise ReadFailed(f"{kind} {partner_id} was answered with the document of another")
        return [ReadEntry(id=partner_id, version=version, document=dict(document))]
