"""How an invoice's amounts are (with tax, before tax, without any), and what means nothing without it.

A price, a discount by amount and a tax are an amount of money only under the basis that they were said under: the same
number is another sum under another. So the basis and the money of lines are one fact. Where one side says otherwise how
amounts are and the other changed money of a line, or added a line with a price, that is a `Dispute`:

    this side moved       the other moved       since both last agreed
    --------------------  --------------------  -------------------------------------------------------------
    the basis             no money              no dispute: the basis is taken, all else goes field by field
    the basis             money of a line       dispute
    the basis             the basis, alike      no dispute: both speak of the same amounts
    the basis             the basis, otherwise  dispute, also without any money
    money of a line       the basis             dispute
    the basis, and took   anything of that      dispute: the line's money was never said under the new basis
    a line away           line
    the basis, and left   sums of that line,    dispute, for the same reason
    a line words alone    or how it is booked
    the basis, and took   a rate off the same   dispute: the line has one discount, and its price goes with it
    an amount off a line

One side wins all of it: its basis stands, and so does what the line comes to (`AMOUNTS`) for each line whose money the
other changed; a line that the other added with a price goes. What else was edited, in these lines too, is merged field
by field. A quantity and a discount by rate are the same under every basis, and make no dispute.

Where a person is to decide, each of these lines waits whole, and is decided with the basis. While the basis waits, the
record has one side's, whose edits it takes; the other's edits of money stay where they are (`together`). Where money of
a line waits already, a dispute waits too, whatever the policy.

An invoice without tax has Xero's NONE on every line, whatever the line's tax was. So where the sides are of two minds
about how amounts are, such a NONE is no edit of its line: it stands, falls and waits with the `no_tax` it came from.
"""

from collections.abc import Collection
from dataclasses import dataclass

from app.domain.record.fields import (
    DISCOUNTS,
    LINE_ORDER,
    Fields,
    Value,
    differing,
    group_of,
    is_given,
    is_text_only,
    keys_of,
    member_of,
)

AMOUNTS_ARE = "amounts_are"
NO_TAX = "no_tax"

ANY_PRICE = "lines/any/unit_price"
"""Stands for the money of whatever line, where it is asked which way it travels."""

AMOUNTS = frozenset({"quantity", "unit_price", *DISCOUNTS, "tax", "tax_type"})
"""The members of a line that say what it comes to."""

BOOKED_UNDER = frozenset({"category", "account", "item_code", "item"})
"""The members of a line with a price that say what it is booked under; one without has none."""

_TAX_TYPE = "tax_type"
_MONEY = ("unit_price", "discount_amount", "tax", _TAX_TYPE)


@dataclass(frozen=True, slots=True)
class Dispute:
    """The basis and the lines that go with it: those whose money this side changed, and the other.

    `waits`: a person is asked already. `is_over_basis`: one of the two moved the basis now.
    """

    own: frozenset[str]
    theirs: frozenset[str] = frozenset()
    waits: bool = False
    is_over_basis: bool = True

    @property
    def lines(self) -> frozenset[str]:
        return self.own | self.theirs

    def covers(self, path: str) -> bool:
        """Whether the side that wins has its own at this path of a field or a line."""
        return path in self.lines or (path == AMOUNTS_ARE and self.is_over_basis)


def find_dispute(
    base: Fields, seen: Fields, record: Fields, open_conflicts: Collection[str]
) -> Dispute | None:
    """The dispute between what a side did (`base` to `seen`) and what the other did (`base` to `record`)."""
    was, here, there = (fields.get(AMOUNTS_ARE) for fields in (base, seen, record))
    is_open = AMOUNTS_ARE in open_conflicts
    if None in (was, here, there) or (was == here == there and not is_open) or was != here == there:
        return None
    own, theirs = list_revalued(base, seen), list_revalued(base, record)
    own |= _list_met_whole(base, seen, record) if there != was else frozenset()
    theirs |= _list_met_whole(base, record, seen) if here != was else frozenset()
    if is_open:
        is_any = was != there and (bool(own) or here != was)
        return Dispute(own, waits=True, is_over_basis=here != was) if is_any else None
    if (here == was and not own) or (there == was and not theirs):
        return None
    return Dispute(own, theirs, waits=any(map(is_money_of_line, open_conflicts)))


def list_revalued(before: Fields, after: Fields) -> frozenset[str]:
    """The lines, as `lines/l1`, that have other money after than before, or that came with some."""
    is_untaxed = NO_TAX in (before.get(AMOUNTS_ARE), after.get(AMOUNTS_ARE))
    names = [name for name in _MONEY if not (is_untaxed and name == _TAX_TYPE)]
    known = set(keys_of(before, "lines"))
    return frozenset(
        f"lines/{key}"
        for key in keys_of(after, "lines")
        if (_is_other(before, after, f"lines/{key}", names) if key in known else not is_text_only(after, key))
    )


def _list_left(base: Fields, edited: Fields, mover: Fields) -> frozenset[str]:
    """The lines that one side edited, and that are gone on the side that moved the basis, or words alone there: their
    money was never said under that basis. Of words alone, a description may be edited all the same.
    """
    there = set(keys_of(base, "lines")) & set(keys_of(edited, "lines"))
    left = there - set(keys_of(mover, "lines"))
    worded = {key for key in there - left if is_text_only(mover, key) and not is_text_only(base, key)}
    return frozenset(
        str(group_of(path))
        for path in differing(base, edited)
        if path.startswith("lines/")
        and (
            (key := path.split("/")[1]) in left
            or (key in worded and member_of(path) in AMOUNTS | BOOKED_UNDER)
        )
    )


def _list_met_whole(base: Fields, edited: Fields, mover: Fields) -> frozenset[str]:
    """The lines that one side edited, and that are one side's as a whole, by what the side did that moved the basis."""
    return _list_left(base, edited, mover) | _list_discounted_twice(base, edited, mover)


def _list_discounted_twice(base: Fields, edited: Fields, mover: Fields) -> frozenset[str]:
    """The lines to which one side gave a discount by rate, and the side that moved the basis one by amount."""
    rate, amount = DISCOUNTS
    return frozenset(
        line
        for line in (f"lines/{key}" for key in keys_of(edited, "lines"))
        if is_given(base, edited, f"{line}/{rate}") and is_given(base, mover, f"{line}/{amount}")
    )


def _is_other(before: Fields, after: Fields, line: str, names: Collection[str]) -> bool:
    return any(before.get(f"{line}/{name}") != after.get(f"{line}/{name}") for name in names)


def is_met_by(path: str, before: Fields, record: Fields) -> bool:
    """Whether the record moved so that an edit at that path, the basis or money, is in dispute with it."""
    if path == AMOUNTS_ARE:
        return bool(list_revalued(before, record))
    return is_money_of_line(path) and before.get(AMOUNTS_ARE) != record.get(AMOUNTS_ARE)


def list_decided_together(open_conflicts: Collection[str]) -> frozenset[str]:
    """Of the open paths those that one side wins or loses together: the basis, if it waits, and what depends on it."""
    if AMOUNTS_ARE not in open_conflicts:
        return frozenset()
    return frozenset(path for path in open_conflicts if path == AMOUNTS_ARE or is_money_of_line(path))


def list_meant_with(moves: Collection[str], holds: Fields, wanted: Fields) -> set[str]:
    """The paths without which these moves would mean other sums: of money the basis, of the basis all that is money.

    Beside the money of the lines that are there it is their order, which a line that came meanwhile would change.
    """
    stay = {f"lines/{key}" for key in keys_of(wanted, "lines")}
    if AMOUNTS_ARE not in holds:
        return set()
    if AMOUNTS_ARE in moves:
        common = stay & {f"lines/{key}" for key in keys_of(holds, "lines")}
        return {LINE_ORDER, *(f"{line}/{name}" for line in common for name in _MONEY if name != _TAX_TYPE)}
    return {AMOUNTS_ARE for path in moves if member_of(path) in _MONEY and group_of(path) in stay}


def is_money_of_line(path: str) -> bool:
    """Whether a path is a whole line, or a field that says what one comes to."""
    return path.startswith("lines/") and (group_of(path) == path or member_of(path) in AMOUNTS)


def with_tax_types_of(fields: Fields, base: Fields) -> dict[str, Value]:
    """The fields, each line with the tax type that it has in `base`, if it is there."""
    return {**fields, **{path: base[path] for path in list_tax_types(base) if path in fields}}


def list_tax_types(fields: Fields) -> list[str]:
    """The paths of lines' tax types."""
    return [path for path in fields if member_of(path) == _TAX_TYPE]
