"""The order of an invoice's lines, merged three ways.

An order is compared only over the lines that both have: adding or removing a line is no reordering. A side that did
reorder is followed; where both did, the winner's order holds. Order never makes a conflict worth a person's time: no
value is lost by it. The result names exactly the lines of the merged record.
"""

from collections.abc import Sequence

from app.domain.record.fields import Fields, keys_of, line_keys


def merge_order(base: Fields, seen: Fields, before: Fields, after: Fields, *, seen_wins: bool) -> list[str]:
    """The order of `after`'s lines, from the orders of base, seen and the record before the merge."""
    was, here, there = line_keys(base), line_keys(seen), line_keys(before)
    moved_here = _reordered(was, here)
    moved_there = _reordered(was, there)
    leads = seen_wins if moved_here == moved_there else moved_here
    lead, follow = (here, there) if leads else (there, here)
    return interleave(lead, follow, set(keys_of(after, "lines")))


def _reordered(one: Sequence[str], other: Sequence[str]) -> bool:
    common = set(one) & set(other)
    return [key for key in one if key in common] != [key for key in other if key in common]


def interleave(lead: Sequence[str], follow: Sequence[str], wanted: set[str]) -> list[str]:
    """Lead's order; each line that only follow has comes right after the one that precedes it there."""
    order = [key for key in lead if key in wanted]
    previous: str | None = None
    for key in follow:
        if key not in wanted:
            continue
        if key not in order:
            order.insert(order.index(previous) + 1 if previous in order else 0, key)
        previous = key
    return order + sorted(wanted - set(order))
