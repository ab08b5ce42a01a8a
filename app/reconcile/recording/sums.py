"""What a link comes to on each side, worked out as it is recorded; and what of its standing is a difference to keep."""

from decimal import Decimal

from app.domain.findings.discrepancy import DiscrepancyKind, Found
from app.domain.invoices.link import InvoiceLink, Standing
from app.domain.invoices.plan import Plan
from app.domain.invoices.sums import SideSum, Sums, sum_partner, sum_xero
from app.domain.record.fields import Fields
from app.domain.record.hub import partner_view
from app.domain.record.money import totals
from app.reconcile.footing import Footing
from app.reconcile.round import Round
from app.reconcile.work import Work


def total_shown(current: Footing, record: Fields, shown: Fields) -> Decimal | None:
    """What the shown fields come to, by the tax types that the record knows for their lines."""
    types = {path: value for path, value in record.items() if path.endswith("/tax_type")}
    known = totals({**types, **shown}, current.organisation.rates()) if shown else None
    return known.total if known else None


def sum_up(current: Round, work: Work, plan: Plan) -> Sums:
    """Both sides' account of the invoice; what stays at home by the plan is not counted."""
    link, hub = work.link, work.hub
    view = partner_view(hub, hub.acked_revision)
    return Sums(
        currency=hub.record.get("currency") or current.organisation.base_currency,
        is_counted=plan.stays_home is None,
        partner=sum_partner(view, total_shown(current, hub.record, view)),
        xero=_sum_xero(link) if link.xero_invoice_id is not None else None,
    )


def _sum_xero(link: InvoiceLink) -> SideSum | None:
    """Xero's account; what is due is not known by its word until the read that is due after a payment of ours."""
    due = None if link.xero_due else link.xero_amount_due
    return sum_xero(link.hub.xero_shadow, link.xero_total, due)


def list_differences(standing: Standing, sums: Sums | None) -> list[Found]:
    """The differences that hold a link, which are also kept to be looked at and decided."""
    for kind in (DiscrepancyKind.MISSING_IN_XERO, DiscrepancyKind.PAYMENT_ON_VOIDED):
        if standing.code == kind:
            return [Found(kind, standing.message or "")]
    if standing.code != DiscrepancyKind.TOTAL_DIFFERS or sums is None:
        return []
    sides = {"partner": sums.partner, "xero": sums.xero}
    values = {name: f"{side.total:.2f}" for name, side in sides.items() if side}
    return [Found(DiscrepancyKind.TOTAL_DIFFERS, standing.message or "", values=values)]
