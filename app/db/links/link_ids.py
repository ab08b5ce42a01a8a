"""The ids of links: each follows from whose it is, so that a link which is made again is the same one.

What we make in Xero carries the id of its link as our mark. After an older copy of the database was restored, links are
made anew by the documents that come again, and know by their marks what was made for them, whatever became of it since.
Links of older versions keep the ids that they have. A row is never given to another thing of the app, and goes with its
connection only, so no two have one id.
"""

from uuid import UUID, uuid5


def build_link_id(connection_id: UUID, kind: str, partner_id: str) -> UUID:
    """The id of the link of what the partner knows by that id; `kind` is the column where that stands."""
    return uuid5(connection_id, f"{kind} {partner_id}")
