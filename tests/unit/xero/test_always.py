"""What each of Xero's elements always says, and what becomes of one that does not."""

from collections.abc import Sequence

import pytest

from app.domain.xero.part import Part
from app.xero.always import Unreadable, list_readable, need_facts
from app.xero.contact_from_xero import contact_from_xero
from app.xero.json_values import Json

RATE: Json = {"TaxType": "OUTPUT", "Name": "GST on Income", "EffectiveRate": 10}
ODD: Json = {"TaxType": "ODD", "Name": "A rate without a percentage"}


def test_facts_are_a_whole_or_none_for_who_knows_some() -> None:
    """What is known stays where something of a part cannot be read."""
    need_facts(Part.TAX_RATES, [RATE])
    unreadable: Sequence[Sequence[Json]] = ([], [RATE, ODD])
    for elements in unreadable:
        with pytest.raises(Unreadable):
            need_facts(Part.TAX_RATES, elements)


def test_who_knows_nothing_takes_what_can_be_read() -> None:
    """An odd rate, which may stand there for good, keeps nobody from joining; an organisation without rates does."""
    assert list_readable(Part.TAX_RATES, [ODD, RATE]) == [RATE]
    assert list_readable(Part.TRACKING, [{"Name": "Region"}]) == []
    with pytest.raises(Unreadable, match="no tax rates"):
        list_readable(Part.TAX_RATES, [ODD])


@pytest.mark.parametrize(
    "over", [{"ContactStatus": "GDPRREQUEST"}, {"ContactStatus": "ARCHIVED"}, {"MergedToContactID": "c-2"}]
)
def test_what_is_left_of_an_erased_contact_needs_no_name(over: dict[str, str]) -> None:
    """One such contact in a list would keep all others from being read, and its connection waiting."""
    left = contact_from_xero({"ContactID": "c-1"} | over)
    assert (left.name, left.is_archived) == ("", True)
    with pytest.raises(Unreadable, match="Name"):
        contact_from_xero({"ContactID": "c-1", "ContactStatus": "ACTIVE"})
