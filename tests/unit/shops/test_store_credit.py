"""What a paid order is given back other than by money: what finds room on its invoice, and what stands beside it."""

from dataclasses import replace
from datetime import date

import pytest

from app.intake.document import Document
from app.shops.document import build_document, find_order_id
from app.shops.order import OrderRefund, OrderState
from app.shops.platform import OrderUnreadable
from app.shops.store_credit import build_documents
from tests.unit.shops.test_document import build, line, money, order, paid, refund


@pytest.mark.parametrize(
    ("refunds", "owed"),
    [
        ([refund("r1", "5.00", repaid="0")], "5.00"),
        ([refund("r1", "5.00"), refund("r2", "8.00", repaid="2.00")], "6.00"),
        ([refund("r1", "5.00"), refund("r2", "8.00")], None),
        ([refund("r1", "5.00", repaid="0", day=date(2026, 11, 19))], None),
    ],
)
def test_a_paid_order_is_credited_what_went_back_and_no_more(
    refunds: list[OrderRefund], owed: str | None
) -> None:
    """What the shop still owes the customer finds no room in Xero; what was paid after the credit is another matter."""
    one = order(line("1", "100.00"), payments=(paid("p1", "100.00"),), refunds=tuple(refunds))
    if owed is None:
        assert len(build(one)["credits"]) == len(refunds)
        return
    with pytest.raises(OrderUnreadable, match=rf"its total is 100\.00: {owed} is owed to the customer\."):
        build_document("woocommerce", one)


def test_store_credit_is_an_invoice_of_nothing_beside_the_orders() -> None:
    """Sales are taken back by their taxes, to the cent, and the same is owed; the order's own has no trace of it."""
    promised = OrderRefund("r1", money("10.00"), money("3.00"), date(2026, 12, 1), "Too big", money("7.00"))
    one = order(
        line("1", "70.00"), line("2", "29.99", tax=None), payments=(paid("p1", "99.99"),), refunds=(promised,)
    )
    document, beside = build_documents("woocommerce", one)
    Document.model_validate(beside)
    assert [each["amount"] for each in document["payments"]] == ["96.99"]
    assert [each["amount"] for each in document["credits"]] == ["3.00"]
    assert (beside["id"], beside["number"], beside["issued_on"], beside["reference"]) == (
        "woocommerce.5120.credit.r1", f"{document['number']}-credit-r1", "2026-12-01", "Too big",
    )  # fmt: skip
    assert [(each["unit_price"], each["category"], each["tax"]) for each in beside["lines"]] == [
        ("-2.10", "refunds", None), ("-4.90", "refunds", "GST"), ("7.00", "store_credit", None),
    ]  # fmt: skip
    assert (beside["total"], beside["contact"]) == ("0.00", document["contact"])
    assert find_order_id("woocommerce", beside["id"]) == "5120"
    assert build_documents("woocommerce", replace(one, state=OrderState.CANCELLED))[1:] == []
