"""What tracking categories and options were called before: Xero's lines name them by words, and people edit those.

Nothing keeps the ids of what an invoice's lines were tracked under. So the facts remember the names that each category
and each option had, as often as they were read. Ids may not change hands (FACTS 5).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from app.domain.xero.organisation import Organisation, TrackingCategory, TrackingOption
from app.domain.xero.xero_invoice import XeroLine

MOST = 10
"""Former names of one thing, the newest of them."""


def with_former_names(
    before: Sequence[TrackingCategory], after: Sequence[TrackingCategory]
) -> tuple[TrackingCategory, ...]:
    """The categories that were read, with the names that they and their options had before."""
    known = {category.category_id: category for category in before}
    return tuple(_category(known.get(each.category_id), each) for each in after)


def _category(before: TrackingCategory | None, after: TrackingCategory) -> TrackingCategory:
    if before is None:
        return after
    known = {option.option_id: option for option in before.options}
    options = tuple(_option(known.get(each.option_id), each) for each in after.options)
    return replace(after, options=options, former_names=_former(before, after))


def _option(before: TrackingOption | None, after: TrackingOption) -> TrackingOption:
    return after if before is None else replace(after, former_names=_former(before, after))


def _former(
    before: TrackingCategory | TrackingOption, after: TrackingCategory | TrackingOption
) -> tuple[str, ...]:
    names = (name for name in (*before.former_names, before.name) if name != after.name)
    return tuple(dict.fromkeys(names))[-MOST:]


def is_called_otherwise(words: Mapping[str, str], line: XeroLine, organisation: Organisation) -> bool:
    """Whether these words, an option by its category, are former names of what this line is tracked under."""
    if not words or words == line.tracking or len(words) != len(line.tracking):
        return False
    left = dict(words)
    return all(_take(left, ids, organisation) for ids in _list_ids(line))


def _list_ids(line: XeroLine) -> Iterable[tuple[str, str]]:
    """Category and option of each word; where Xero showed no ids, of nothing that is known."""
    return [line.tracking_ids.get(name, ("", "")) for name in line.tracking]


def _take(left: dict[str, str], ids: tuple[str, str], organisation: Organisation) -> bool:
    """Take the words that may stand for this option away; False where there are none."""
    category = organisation.find_tracking_category(ids[0])
    option = next((each for each in category.options if each.option_id == ids[1]), None) if category else None
    if category is None or option is None:
        return False
    names = (name for name in (category.name, *category.former_names) if name in left)
    name = next((each for each in names if left[each] in (option.name, *option.former_names)), None)
    return name is not None and left.pop(name) is not None
