"""A receipt of Etsy as an order (Etsy Open API v3 reference, schemas `ShopReceipt`, `ShopReceiptTransaction`).

`grandtotal` is documented as `total_price` less coupons, plus tax and shipping; whether gift wrap is in it is not
said. Neither is whose the taxes are (issue 29 of etsy/open-api asks for that). What a recorded receipt bears out: a
sales tax that Etsy collects stands in `grandtotal` on top of the prices. So what is on top of prices, shipping and
gift wrap must be the receipt's sales tax or VAT, or both, and is taken for Etsy's, which pays it over: it is left out
of the order, of what was paid and, in proportion, of what is refunded. VAT that is not on top is in the prices, and
the seller's: its word is "VAT" with the country that it is delivered to ("VAT DE"), since each has its own rates. A
sales tax that a seller sets and pays over is not told apart from Etsy's, and left out as well.

Every amount is in the shop's currency, whatever the buyer paid in. A coupon for the whole receipt is shared among its
transactions in proportion to what they cost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from app.domain.record.money import cents
from app.shops.attempt import try_order
from app.shops.fields import (
    Json,
    find_object,
    find_text,
    get_amount,
    get_text,
    list_objects,
)
from app.shops.order import Customer, LineKind, OrderLine, OrderPayment, OrderRefund, OrderState, ShopOrder
from app.shops.own_tax import find_own_tax
from app.shops.platform import OrderUnreadable, Unreadable
from app.shops.shares import share

PAID_LATER = ("check", "mo", "bt", "other")
"""Methods by which the money comes after the order: check, money order, bank transfer, another way."""

NOT_REFUNDED = ("failed", "canceled", "cancelled", "declined")


def read_receipt(receipt: Json, zone: tzinfo, credentials: Mapping[str, str]) -> ShopOrder | Unreadable:
    """The order, or why none can be made of it."""
    order_id, refunds = get_text(receipt, "receipt_id"), list_objects(receipt, "refunds")
    refunds = [refund for refund in refunds if _is_done(refund)]
    moments = [receipt["updated_timestamp"], *(each.get("created_timestamp") for each in refunds)]
    changed_at = _instant(max(each for each in moments if type(each) is int))
    return try_order(
        order_id, order_id, changed_at, lambda: _build(receipt, refunds, changed_at, zone, credentials)
    )


@dataclass(frozen=True, slots=True)
class _Sums:
    """What a receipt comes to, and which of that is the seller's."""

    grand: Decimal
    listed: Decimal
    discount: Decimal
    shipping: Decimal
    shipping_discount: Decimal
    wrap: Decimal
    tax_on_top: Decimal
    vat_inside: Decimal

    @property
    def total(self) -> Decimal:
        """What is the seller's."""
        return self.grand - self.tax_on_top


def _build(
    receipt: Json,
    refunds: list[Json],
    changed_at: datetime,
    zone: tzinfo,
    credentials: Mapping[str, str],
) -> ShopOrder:
    sums = _read_sums(receipt)
    placed_at = _get_instant(receipt, "created_timestamp")
    given_back = _read_refunds(receipt, refunds, sums, changed_at, zone)
    was_paid = _was_paid(receipt, refunds)
    order_id = get_text(receipt, "receipt_id")
    return ShopOrder(
        id=order_id,
        number=order_id,
        state=_find_state(receipt, was_paid),
        placed_at=placed_at,
        placed_on=placed_at.astimezone(zone).date(),
        changed_at=changed_at,
        currency=get_text(find_object(receipt, "grandtotal"), "currency_code"),
        total=sums.total,
        customer=_read_customer(receipt),
        lines=_read_lines(receipt, sums, _find_tax(receipt, sums, credentials)),
        payments=_read_payments(receipt, sums, placed_at, zone) if was_paid else (),
        refunds=given_back,
        note=find_text(receipt, "message_from_buyer"),
    )


def _read_sums(receipt: Json) -> _Sums:
    grand, listed, discount, shipping, wrap, tax, vat = (
        _money(receipt, name)
        for name in (
            "grandtotal", "total_price", "discount_amt", "total_shipping_cost", "gift_wrap_price",
            "total_tax_cost", "total_vat_cost",
        )
    )  # fmt: skip
    on_top = grand - (listed - discount)
    # The likeliest first. A coupon for free shipping is documented as not being in `discount_amt`.
    for free_shipping in (Decimal(0), shipping):
        for wrapped in (wrap, Decimal(0)):
            for taxes in (tax, tax + vat, Decimal(0), vat):
                if on_top == shipping - free_shipping + wrapped + taxes:
                    vat_inside = vat if taxes in (tax, 0) else Decimal(0)
                    return _Sums(grand, listed, discount, shipping, free_shipping, wrapped, taxes, vat_inside)
    raise OrderUnreadable(
        f"Its grand total is {grand}, and its prices, shipping, gift wrap and taxes come to "
        f"{listed - discount + shipping + wrap + tax}."
    )


def _find_tax(receipt: Json, sums: _Sums, credentials: Mapping[str, str]) -> str | None:
    country = find_text(receipt, "country_iso")
    if sums.vat_inside:
        return f"VAT {country}" if country else "VAT"
    return find_own_tax(credentials, country)


def _read_lines(receipt: Json, sums: _Sums, tax: str | None) -> tuple[OrderLine, ...]:
    transactions = list_objects(receipt, "transactions")
    costs = [_money(each, "price") * get_amount(each, "quantity") for each in transactions]
    if sum(costs) != sums.listed:
        raise OrderUnreadable(f"Its transactions cost {sum(costs)}, and its total price is {sums.listed}.")
    discounts = share(sums.discount, costs)
    lines = [
        OrderLine(
            id=get_text(each, "transaction_id"),
            kind=LineKind.PRODUCT,
            title=_title(each),
            quantity=get_amount(each, "quantity"),
            amount=cost - discount,
            discount=discount,
            tax=tax,
            sku=find_text(each, "sku"),
        )
        for each, cost, discount in zip(transactions, costs, discounts, strict=True)
    ]
    one = Decimal(1)
    if sums.shipping:
        paid = sums.shipping - sums.shipping_discount
        lines.append(
            OrderLine("shipping", LineKind.SHIPPING, "Shipping", one, paid, sums.shipping_discount, tax)
        )
    if sums.wrap:
        lines.append(OrderLine("gift-wrap", LineKind.FEE, "Gift wrap", one, sums.wrap, tax=tax))
    return tuple(lines)


def _title(transaction: Json) -> str:
    variations = [
        f"{get_text(each, 'formatted_name')}: {get_text(each, 'formatted_value')}"
        for each in list_objects(transaction, "variations")
    ]
    title = find_text(transaction, "title") or f"Listing {find_text(transaction, 'listing_id')}"
    return f"{title} ({', '.join(variations)})" if variations else title


def _find_state(receipt: Json, was_paid: bool) -> OrderState:
    status = _find_status(receipt)
    if was_paid:
        return OrderState.PLACED
    if status == "canceled":
        return OrderState.CANCELLED
    is_later = status == "open" and find_text(receipt, "payment_method") in PAID_LATER
    return OrderState.PLACED if is_later else OrderState.UNPLACED


def _was_paid(receipt: Json, refunds: list[Json]) -> bool:
    if _find_status(receipt) == "payment processing":
        return False
    return bool(receipt.get("is_paid") or refunds or _paid_moments(receipt))


def _paid_moments(receipt: Json) -> list[int]:
    return [
        each["paid_timestamp"] for each in list_objects(receipt, "transactions") if each.get("paid_timestamp")
    ]


def _read_payments(receipt: Json, sums: _Sums, placed_at: datetime, zone: tzinfo) -> tuple[OrderPayment, ...]:
    """All of it at once: Etsy has an order paid, or not."""
    moments = _paid_moments(receipt)
    paid_at = _instant(max(moments)) if moments else placed_at
    method = find_text(receipt, "payment_method")
    payment = OrderPayment("paid", sums.total, paid_at.astimezone(zone).date(), method)
    return (payment,) if sums.total > 0 else ()


def _read_refunds(
    receipt: Json,
    refunds: list[Json],
    sums: _Sums,
    changed_at: datetime,
    zone: tzinfo,
) -> tuple[OrderRefund, ...]:
    """Each without its part of the tax that Etsy collected; a refund has no id, and is known by its second."""
    told, given, all_given, seen = list[OrderRefund](), Decimal(0), Decimal(0), dict[int, int]()
    for refund in sorted(refunds, key=lambda each: get_amount(each, "created_timestamp")):
        moment = int(get_amount(refund, "created_timestamp"))
        seen[moment] = seen.get(moment, 0) + 1
        all_given += _money(refund, "amount")
        amount = cents(all_given * sums.total / sums.grand) - given
        given += amount
        refund_id = f"{moment}.{seen[moment]}" if seen[moment] > 1 else str(moment)
        day = _instant(moment).astimezone(zone).date()
        told.append(OrderRefund(refund_id, amount, amount, day, find_text(refund, "reason")))
    if _find_status(receipt) == "canceled" and _was_paid(receipt, refunds) and given < sums.total:
        # Only what was given back can be cancelled at Etsy, whether or not its refund is listed.
        day = changed_at.astimezone(zone).date()
        rest = sums.total - given
        told.append(OrderRefund("canceled", rest, rest, day, "Order cancelled"))
    return tuple(each for each in told if each.amount > 0)


def _is_done(refund: Json) -> bool:
    """The words of a refund's status are not documented; those that say that it came to nothing are passed over."""
    return (find_text(refund, "status") or "").casefold() not in NOT_REFUNDED


def _find_status(receipt: Json) -> str:
    return get_text(receipt, "status").casefold()


def _read_customer(receipt: Json) -> Customer:
    buyer = find_text(receipt, "buyer_user_id")
    name = find_text(receipt, "name") or f"Etsy buyer {buyer}"
    return Customer(None if buyer == "0" else buyer, name, find_text(receipt, "buyer_email"))


def _money(holder: Json, name: str) -> Decimal:
    """An amount of money, nothing where the receipt does not say it."""
    money = find_object(holder, name)
    return cents(get_amount(money, "amount") / get_amount(money, "divisor")) if money else Decimal(0)


def _get_instant(holder: Json, name: str) -> datetime:
    seconds = holder.get(name)
    if type(seconds) is not int:
        raise OrderUnreadable(f"Its {name} is missing.")
    return _instant(seconds)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
