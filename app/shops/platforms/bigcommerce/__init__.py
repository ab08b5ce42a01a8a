"""BigCommerce, by its REST API: orders of V2, transactions and refunds of V3.

    shop      what a look asks: pages of orders that changed, one order
    parts     what of an order is asked for by itself: products, taxes, coupons, transactions, refunds
    orders    an order in our own words, its lines with their taxes
    money     what money came in, and what was given back

Established from BigCommerce's OpenAPI documents "Orders V2" and "Orders V3", and from its developer documentation:

- "Orders V2": `min_date_modified`, `min_date_created`, `sort=date_modified:asc`, `page`, `limit`, `include=fees`; dates
  as RFC 2822. A list of nothing is 204 without a body, as it is for transactions in "Orders V3".
- "Orders V2, orderProducts": `discounted_total_inc_tax` is what was paid for a line, with tax, after every discount.
- "Orders V2, orderTaxes": with `details=true` each tax says its line (`order_product_id`, `line_item_type`).
- "Orders V2, Currency Fields": amounts are in `default_currency_code`, which the shopper pays in.
- "Orders V2, order statuses": 0 and 1 are checkouts that were not completed; 7 was, and is not paid yet.
- "Orders V3, Transactions": `event`, `status`, `method`. "Orders V3, Refunds": `total_amount`, `payments` and of each
  whether it `is_declined`.
- "HTTPS Webhooks Overview": callbacks are signed as Standard Webhooks are, by the API account's client secret. Headers
  of the merchant's own, the older way, are sent too; they are not what is looked at.
- "API rate limits": 150 calls in half a minute on the smaller plans, then 429 with `X-Rate-Limit-Time-Reset-Ms`.

Not confirmed, since no page that was read says it:

- whether `total_inc_tax` has what was paid by gift certificate and store credit in it: the lines tell;
- whether a discount on shipping is in `shipping_cost_inc_tax`, or in `coupon_discount` alone: the total tells;
- whether `min_date_modified` is inclusive: the list is asked from a second before;
- whether `date_modified` moves with every transaction and refund. Where it does not, a daily compare finds them;
- whether a purchase that is `offline` is written down before its money has come. While an order awaits payment, such
  purchases are not counted as payments;
- what a refund is that somebody made by the order's status alone. No refund is read of it.
"""
