"""The payments or credits of one invoice, each as the record and the two sides have it, beside one another."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.record.fields import Fields, Value, keys_of, member_of

_COMPARED = {"payments": ("amount", "paid_on"), "credits": ("kind", "amount", "applied_on")}
"""What must be the same of one on both sides for it to be in step."""


@dataclass(frozen=True, slots=True)
class Beside:
    """One payment or credit by member; None where it is not there. `is_alike`: both sides have it, and the same."""

    key: str
    record: Mapping[str, Value] | None
    partner: Mapping[str, Value] | None
    xero: Mapping[str, Value] | None
    is_alike: bool


def list_beside(group: str, record: Fields, partner: Fields, xero: Fields) -> list[Beside]:
    """Every payment (`payments`) or credit (`credits`) that any of the three has, in the order of their keys."""
    keys = {key for fields in (record, partner, xero) for key in keys_of(fields, group)}
    return [_put_together(group, key, record, partner, xero) for key in sorted(keys)]


def members_of(fields: Fields, group: str, key: str) -> dict[str, Value] | None:
    """The members of one group by name; None where it is not there."""
    prefix = f"{group}/{key}/"
    return {member_of(path): value for path, value in fields.items() if path.startswith(prefix)} or None


def _put_together(group: str, key: str, record: Fields, partner: Fields, xero: Fields) -> Beside:
    ours, theirs = members_of(partner, group, key), members_of(xero, group, key)
    is_alike = (
        ours is not None
        and theirs is not None
        and all(ours.get(name) == theirs.get(name) for name in _COMPARED[group])
    )
    return Beside(key, members_of(record, group, key), ours, theirs, is_alike)
