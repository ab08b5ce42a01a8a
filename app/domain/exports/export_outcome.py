"""What came of one thing of an export: told by where its link stood before, where it stands now, and what was tried.

    in Xero before   in Xero now   the link stands      tried                 outcome
    no               yes           anyhow               found there           adopted
    no               yes           anyhow               anything else         created
    yes or no        as before     held                 anything              held
    no               no            settled, behind      anything              skipped, with the link's own reason
    yes              yes           settled, behind      a write was done      changed
    yes              yes           settled, behind      nothing was written   unchanged

That it was made is said first: an invoice that came to Xero and is held for its payment was created, and the reason
stands beside it. The payment is a thing of its own, and held.
"""

from collections.abc import Collection
from dataclasses import dataclass

from app.domain.exports.export import ExportOutcome
from app.domain.invoices.link import Standing, State

DONE = "done"
ADOPTED = "adopted"
"""Outcomes of attempts."""

CREATE = "create"
LINK = "link"
"""Actions of attempts: to make something, and to join it to what was in Xero before. A create whose answer was lost and
that is found again is `adopted` too, and still ours.
"""


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt since the thing was made due: `action` and `outcome` in an attempt's words, and what it moved."""

    action: str
    outcome: str
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome with the reason, where there is one."""

    outcome: ExportOutcome
    code: str | None = None
    message: str | None = None
    cure: str | None = None


def judge_link(was_in_xero: bool, is_in_xero: bool, standing: Standing, tried: Collection[Tried]) -> Result:
    """What came of a contact, an item or an invoice."""
    outcome = _outcome_of_link(was_in_xero, is_in_xero, standing.state, tried)
    return Result(outcome, standing.code, standing.message, standing.cure)


def _outcome_of_link(
    was_in_xero: bool, is_in_xero: bool, state: State, tried: Collection[Tried]
) -> ExportOutcome:
    if is_in_xero and not was_in_xero:
        adopted = any(each.action == LINK and each.outcome == ADOPTED for each in tried)
        return ExportOutcome.ADOPTED if adopted else ExportOutcome.CREATED
    if state is State.HELD:
        return ExportOutcome.HELD
    if not is_in_xero:
        return ExportOutcome.SKIPPED
    wrote = any(each.action not in (CREATE, LINK) and each.outcome == DONE for each in tried)
    return ExportOutcome.CHANGED if wrote else ExportOutcome.UNCHANGED


def list_moved(tried: Collection[Tried]) -> tuple[str, ...]:
    """The paths that were written."""
    return tuple(sorted({path for each in tried if each.outcome == DONE for path in each.paths}))


def judge_part(
    was_in_xero: bool,
    is_in_xero: bool,
    is_wanted: bool,
    standing: Standing,
    tried: Collection[Tried] = (),
    path: str = "",
) -> Result:
    """What came of a payment or a credit of an invoice: `standing` and `tried` are the invoice's, `path` is the part.

    One that came with an invoice that was adopted was not made. One that the app took back meanwhile (it is not
    `is_wanted`) has nothing left to do.
    """
    if is_in_xero and not was_in_xero:
        joined = any(each.action == LINK and each.outcome == ADOPTED for each in tried)
        return Result(
            ExportOutcome.ADOPTED if joined and path not in list_moved(tried) else ExportOutcome.CREATED
        )
    if is_in_xero:
        return Result(ExportOutcome.UNCHANGED)
    if not is_wanted:
        return Result(ExportOutcome.SKIPPED, "gone_from_app", "The app has taken it back meanwhile.")
    outcome = ExportOutcome.HELD if standing.state is State.HELD else ExportOutcome.SKIPPED
    return Result(outcome, standing.code, standing.message, standing.cure)
