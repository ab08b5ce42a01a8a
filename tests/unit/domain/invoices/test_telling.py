"""The steps of a preview in sentences."""

from app.domain.invoices.preview import Step, StepKind
from app.domain.invoices.telling import tell_step


def test_a_field_of_a_payment_or_a_credit_is_told_as_theirs() -> None:
    """Both have fields that the invoice has as well; a line's are its own."""
    moves = {
        "reference": ("PO 1", "PO 2"),
        "credits/c1/number": (None, "CN-0001"),
        "payments/p1/amount": ("10", "12"),
        "lines/l1/unit_price": ("1", "2"),
    }
    told = tell_step(Step(StepKind.TELL_PARTNER, moves))
    assert told == "Send the app a change of amount of a payment, number of a credit, reference, unit price."
