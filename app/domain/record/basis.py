"""How an invoice's amounts are (with tax, before tax, without any), and the tax types of lines that follow from it.

An invoice without tax has Xero's NONE on every line, whatever the line's tax was. So where the sides are of two minds
about how amounts are, such a NONE is no edit of its line: it stands, falls and waits with the `no_tax` it came from.
"""

from app.domain.record.fields import Fields, Value, member_of

AMOUNTS_ARE = "amounts_are"
NO_TAX = "no_tax"

_TAX_TYPE = "tax_type"


def with_tax_types_of(fields: Fields, base: Fields) -> dict[str, Value]:
    """The fields, each line with the tax type that it has in `base`, if it is there."""
    return {**fields, **{path: base[path] for path in list_tax_types(base) if path in fields}}


def list_tax_types(fields: Fields) -> list[str]:
    """The paths of lines' tax types."""
    return [path for path in fields if member_of(path) == _TAX_TYPE]
