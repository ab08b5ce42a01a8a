"""Reading and writing at a path of a record: at a field, or at a whole group (a line, a payment, a credit).

A group's value is its members by name, as conflicts keep it; ABSENT is a field or a group that is not there. Writing a
line keeps the order of the lines true to the lines that there are.
"""

from app.domain.record.fields import ABSENT, LINE_ORDER, Absent, Fields, Value, group_of, line_keys, member_of

OPTIONAL = ("discount_amount", "tracking")
"""The members of a line that are not there where there is none of it; tracking is Xero's alone."""


def is_group(path: str) -> bool:
    """Whether a path names a whole line, payment or credit."""
    return path.count("/") == 1


def read_at(fields: Fields, path: str) -> Value | Absent:
    """What stands at a path."""
    if not is_group(path):
        return fields.get(path, ABSENT)
    return {member_of(each): value for each, value in fields.items() if group_of(each) == path} or ABSENT


def write_at(fields: Fields, path: str, value: Value | Absent) -> dict[str, Value]:
    """The fields with that value at the path; of a group, with those members and no others."""
    if is_group(path):
        return _write_group(fields, path, value)
    written = dict(fields)
    if isinstance(value, Absent):
        written.pop(path, None)
    else:
        written[path] = value
    return written


def _write_group(fields: Fields, group: str, value: Value | Absent) -> dict[str, Value]:
    written = {path: held for path, held in fields.items() if group_of(path) != group}
    if not isinstance(value, Absent):
        written |= {f"{group}/{name}": member for name, member in value.items()}
    if LINE_ORDER in fields and group.startswith("lines/"):
        written[LINE_ORDER] = line_keys(written)
    return written


def same_at(path: str, one: Value | Absent, other: Value | Absent) -> bool:
    """Whether two values of that path are equal, those of a group as far as both sides that they are of can tell.

    Both name the members that their side has, but for the `OPTIONAL` ones.
    """
    if is_group(path) and not (isinstance(one, Absent) or isinstance(other, Absent)):
        common = one.keys() & other.keys()
        names = {*common, "discount_amount", *(OPTIONAL if "account" in common else ())}
        return all(one.get(name) == other.get(name) for name in names)
    return bool(one == other)
