"""One product on its way through a round: what it says, what keeps it from going on, where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.db.findings.attempts import Attempt
from app.domain.holds.hold import Hold
from app.domain.invoices.link import Standing, State, is_barred
from app.domain.item import GONE, ItemLink, fields_from_document, follow_code, list_due, take_document
from app.domain.record.coupling import UnknownWord
from app.reconcile.recording.record import WORK_LEFT
from app.reconcile.round import Round

SCOPE_MISSING = Hold(
    "scope_missing",
    "The consent does not allow items to be made in Xero: it lacks accounting.settings.",
    "POST to authorise and give consent in Xero again; the product goes out by itself then.",
)
IS_GONE = Hold(
    GONE,
    "Xero no longer has this item.",
    "Send the product in a new version to make it again, or leave it.",
)


@dataclass(slots=True)
class ItemWork:
    """A hold is what keeps it from going on, `attempts` are what was tried since it was recorded last.

    `frees_others`: it was held by a bar, and Xero has taken a write of it since.
    """

    link: ItemLink
    hold: Hold | None = None
    attempts: list[Attempt] = field(default_factory=list)
    frees_others: bool = False

    def __post_init__(self) -> None:
        if self.link.skip is not None:
            self.hold = self.link.skip.hold

    @property
    def needs_create(self) -> bool:
        return self.hold is None and self.link.xero_item_id is None

    @property
    def needs_update(self) -> bool:
        return self.hold is None and self.link.xero_item_id is not None and bool(list_due(self.link))

    @property
    def is_due(self) -> bool:
        return self.needs_create or self.needs_update

    @property
    def standing(self) -> Standing:
        return self.link.standing

    def stand(self) -> None:
        """Give the link its standing by what came of it."""
        was_barred = is_barred(self.standing)
        standing = WORK_LEFT if self.needs_update else Standing(State.SETTLED)
        self.link = replace(self.link, standing=Standing.held(self.hold) if self.hold else standing)
        is_let_through = any(each.outcome == "done" for each in self.attempts)
        self.frees_others = was_barred and is_let_through and self.hold is None


def take_documents(current: Round, works: Sequence[ItemWork]) -> None:
    """Take what the app said newest into these products; one whose words the settings do not know is held."""
    vocabulary = current.rules.vocabulary
    for work in [work for work in works if work.hold is None]:
        try:
            said = fields_from_document(work.link.document, vocabulary)
            named = current.organisation.find_account(said["account"] or "")
            followed = follow_code(work.link, said["account"], named.former_codes if named else ())
            work.link = take_document(followed, said)
        except UnknownWord as unknown:
            setting = "revenue_accounts" if unknown.kind == "category" else "taxes"
            work.hold = Hold(
                f"{unknown.kind}_unmapped",
                f"The {unknown.kind} {unknown.word!r} is not mapped to Xero.",
                f"Map it in the settings under {setting}.",
            )
