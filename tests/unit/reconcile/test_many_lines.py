"""An invoice of hundreds of lines costs as many steps as it has lines, and not their square: others wait meanwhile."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.domain.invoices.link import InvoiceLink, Standing, State
from app.domain.partner.change import entries
from app.domain.partner.document import to_document
from app.domain.record.fields import ABSENT
from app.domain.record.hub import Hub
from app.domain.record.sides import Side, project
from app.domain.xero.xero_invoice import line_members, match_lines
from app.reconcile.invoices.writes import build_create
from tests.unit.domain.samples import ORGANISATION, RECORD, xero_line

MANY = 300
A_FEW = 12
"""How often the fields may be gone through as a whole, whatever their number."""

LINES = [xero_line(f"x{n}", description=f"Line {n}", unit_price=Decimal(n)) for n in range(MANY)]


class Counted(dict[str, Any]):
    """Fields that count how often somebody goes through all of them."""

    def __init__(self, fields: dict[str, Any]) -> None:
        super().__init__(fields)
        self.times = 0

    def __iter__(self) -> Iterator[str]:
        self.times += 1
        return super().__iter__()

    def items(self) -> Any:
        self.times += 1
        return super().items()


def many_lines() -> Counted:
    """The sample record, with many lines in the place of its own."""
    header = {path: value for path, value in RECORD.items() if not path.startswith("lines/")}
    members = {
        f"lines/l{n}/{name}": value
        for n, line in enumerate(LINES)
        for name, value in (line_members(line) | {"category": "materials", "tax": "gst"}).items()
    }
    return Counted(header | members | {"line_order": [f"l{n}" for n in range(MANY)]})


def test_it_is_shown_in_a_few_looks() -> None:
    """As the document that the app is told of: every line of it, in its order."""
    fields = many_lines()
    shown = to_document("inv_1", fields, {}, None)["lines"]
    assert [line["description"] for line in shown] == [f"Line {n}" for n in range(MANY)]
    assert fields.times < A_FEW


def test_its_lines_are_told_in_a_few_looks() -> None:
    """As a change of each of them: half are new to the app, half have another price."""
    wanted = many_lines()
    old = {path: "1" if path.endswith("/unit_price") else value for path, value in wanted.items()}
    gone = tuple(f"lines/l{n}/" for n in range(0, MANY, 2))
    view = Counted({path: value for path, value in old.items() if not path.startswith(gone)})
    moves = {path: (view.get(path, ABSENT), value) for path, value in wanted.items() if path not in view}
    moves |= {path: (view[path], wanted[path]) for path in view if view[path] != wanted[path]}
    view.times = wanted.times = 0
    told = entries(moves, view, wanted, {}, (None, None))
    assert len(told) == MANY - 1  # one has the same price
    assert (view.times < A_FEW, wanted.times < A_FEW) == (True, True)


def test_it_is_written_in_a_few_looks() -> None:
    """As the create that Xero is sent."""
    target = Counted(project(Side.XERO, many_lines()))
    link = InvoiceLink(UUID(int=1), "inv_1", None, 1, Hub(record=dict(target)), Standing(State.BEHIND))
    write = build_create(link, target, "c-1", ORGANISATION, None)
    assert write.lines is not None
    assert [line.members["description"] for line in write.lines] == [f"Line {n}" for n in range(MANY)]
    assert target.times < A_FEW


def test_it_is_known_again_in_a_few_looks() -> None:
    """As Xero shows it after it gave every line another id, with two lines alike, and in another order."""
    shadow = Counted(project(Side.XERO, many_lines()))
    alike = xero_line("x-again", description="Line 7", unit_price=Decimal(7))
    known = match_lines([*reversed(LINES), alike], {}, shadow)
    assert known == {f"x{n}": f"l{n}" for n in range(MANY)} | {"x-again": "xero-x-again"}
    assert shadow.times < A_FEW
