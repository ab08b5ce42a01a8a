"""What would become of one invoice's payments and credits: the steps that would follow, read by part.

The steps are `reconcile.foresight`'s, those that anybody is told who asks for an invoice's plan.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from app.domain.holds.hold import Hold
from app.domain.invoices.link import InvoiceLink
from app.domain.invoices.plan import Plan, Terms
from app.domain.invoices.planning import build_plan
from app.domain.invoices.preview import Step, StepKind
from app.reconcile.foresight import foresee

FORESEEN = "foreseen"
"""In place of an id that Xero would give."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The first plan; the keys of what would be made after it, overpayments with their amounts; what holds the rest."""

    plan: Plan
    payments: frozenset[str] = frozenset()
    credits: frozenset[str] = frozenset()
    overpayments: dict[str, Decimal] = field(default_factory=dict)
    hold: Hold | None = None


def foresee_parts(link: InvoiceLink, terms: Terms) -> Foreseen:
    """What would become of a link under these terms; its document has been taken in."""
    plan = build_plan(link.hub, link.xero_state, terms)
    steps, hold = foresee(link, terms)
    return Foreseen(
        plan,
        payments=_list_keys(steps, StepKind.MAKE_PAYMENT),
        credits=_list_keys(steps, StepKind.APPLY_CREDIT),
        overpayments={
            key: Decimal(str(step.moves[f"payments/{key}/amount"][1]))
            for step in steps
            if step.kind is StepKind.BOOK_OVERPAYMENT
            for key in step.about
        },
        hold=hold,
    )


def _list_keys(steps: tuple[Step, ...], kind: StepKind) -> frozenset[str]:
    return frozenset(key for step in steps if step.kind is kind for key in step.about)
