"""How old our knowledge of the partner's side is, and where it comes from.

A read of everything that changed, or a manifest, says what the app holds: whatever was lost on the way before it is
known by it. Documents alone say less. The newest one tells when the app was last heard; that none was lost since, or
before, nothing tells.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Source(StrEnum):
    """What the knowledge is by."""

    READ = "read"
    MANIFEST = "manifest"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class PartnerKnowledge:
    """The partner's side is known as it was at that moment, by that."""

    known_at: datetime
    source: Source


def find_knowledge(
    read_at: datetime | None, manifest_at: datetime | None, documented_at: datetime | None
) -> PartnerKnowledge | None:
    """The newest of a read and a manifest; else the newest document; None where nothing was ever heard."""
    whole = [
        PartnerKnowledge(at, source)
        for at, source in ((read_at, Source.READ), (manifest_at, Source.MANIFEST))
        if at is not None
    ]
    if whole:
        return max(whole, key=lambda knowledge: knowledge.known_at)
    return PartnerKnowledge(documented_at, Source.DOCUMENT) if documented_at is not None else None
