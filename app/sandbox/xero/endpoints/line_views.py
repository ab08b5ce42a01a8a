"""The JSON of a line: names for the ids that it holds, prices cut to two places unless four were asked for."""

from typing import Any

from app.sandbox.xero.books.amounts import number, places
from app.sandbox.xero.books.lines import Line, LineBooks


def view_line(line: Line, books: LineBooks, unit_places: int) -> dict[str, Any]:
    """The line as the API shows it."""
    shown: dict[str, Any] = {}
    if line.item_code:
        shown["ItemCode"] = line.item_code
    shown["Description"] = line.description
    if line.unit_amount is not None and line.quantity is not None:
        shown["UnitAmount"] = number(places(line.unit_amount, unit_places))
    if line.tax_type:
        shown["TaxType"] = line.tax_type
    shown |= {"TaxAmount": number(line.tax_amount), "LineAmount": number(line.line_amount)}
    account = books.chart.find(line.account_id, None) if line.account_id else None
    if account:
        is_as_booked = books.behaviour.line_code == "as_booked"
        code = line.booked_code if is_as_booked else account.code
        shown |= {"AccountCode": code, "AccountID": account.account_id}
    item = books.items.find_coded(line.item_code) if line.item_code else None
    if item:
        shown["Item"] = item.summary()
    shown["Tracking"] = _view_tracking(line, books)
    if line.quantity is not None:
        shown["Quantity"] = number(line.quantity)
    if line.discount_rate:
        shown["DiscountRate"] = number(line.discount_rate)
    if line.discount_amount:
        shown["DiscountAmount"] = number(line.discount_amount)
    return {**shown, "LineItemID": line.line_id, "ValidationErrors": []}


def _view_tracking(line: Line, books: LineBooks) -> list[dict[str, str]]:
    shown = []
    for category_id, option_id in line.tracking:
        category = books.tracking.find(category_id, None)
        option = category.find_option(option_id, None) if category else None
        if category and option:
            shown.append(
                {
                    "Name": category.name,
                    "Option": option.name,
                    "TrackingCategoryID": category_id,
                    "TrackingOptionID": option_id,
                }
            )
    return shown
