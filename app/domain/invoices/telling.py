"""The steps of a preview as sentences for a person."""

from collections.abc import Callable, Mapping

from app.domain.invoices.preview import Step, StepKind
from app.domain.record.fields import ABSENT, member_of
from app.domain.record.moves import Move


def tell_step(step: Step) -> str:
    """One sentence that says what would be done."""
    return _SENTENCES[step.kind](step)


def _create(step: Step) -> str:
    number = step.moves.get("number", (ABSENT, None))[1]
    called = f"under the number {number}" if number else "under a number that Xero gives"
    return f"Make the invoice in Xero {called}, approved and marked as sent."


def _update(step: Step) -> str:
    return f"Change {_named(step.moves)} in Xero."


def _tell(step: Step) -> str:
    return f"Send the app a change of {_named(step.moves)}."


def _named(moves: Mapping[str, Move]) -> str:
    return ", ".join(sorted({_name(path) for path in moves}))


def _name(path: str) -> str:
    """A field as people call it; a payment or a credit has fields of the same names as the invoice."""
    kind, _, _ = path.partition("/")
    return member_of(path).replace("_", " ") + _OWNERS.get(kind, "")


_OWNERS: Mapping[str, str] = {"payments": " of a payment", "credits": " of a credit"}


def _amount(step: Step, place: int) -> str:
    return str(next(iter(step.moves.values()))[place])


_SENTENCES: Mapping[StepKind, Callable[[Step], str]] = {
    StepKind.READ: lambda step: "Read it in Xero, and merge what was changed there since.",
    StepKind.MAKE_ITEMS: lambda step: f"Make in Xero: {', '.join(step.about)}.",
    StepKind.MAKE_CONTACT: lambda step: f"Find or make the contact {', '.join(step.about)} in Xero.",
    StepKind.CREATE: _create,
    StepKind.UPDATE: _update,
    StepKind.VOID: lambda step: "Void it in Xero, which is final there.",
    StepKind.SEND_TAX_AMOUNTS: lambda step: (
        "Send the tax of each line, so that both totals agree to the cent."
    ),
    StepKind.REMOVE_CREDIT: lambda step: f"Take the credit of {_amount(step, 0)} off it in Xero.",
    StepKind.APPLY_CREDIT: lambda step: f"Set a credit of {_amount(step, 1)} against it in Xero.",
    StepKind.BOOK_OVERPAYMENT: lambda step: (
        f"Book {_amount(step, 1)} of a payment as an overpayment in Xero."
    ),
    StepKind.DELETE_PAYMENT: lambda step: f"Delete the payment of {_amount(step, 0)} in Xero.",
    StepKind.MAKE_PAYMENT: lambda step: f"Record the payment of {_amount(step, 1)} in Xero.",
    StepKind.TELL_PARTNER: _tell,
}
