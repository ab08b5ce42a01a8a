"""Shopify, by its GraphQL Admin API (the REST one is legacy).

    shop      what a look asks: pages of orders that changed, one order
    asking    one question: the token, the answer, what Shopify says in place of one
    queries   the questions themselves
    rest      what of an order did not fit into one answer
    orders    an order's answer as an order in our own words
    refunds   what was given back, and what money came in

Established from Shopify's developer documentation and the schema of the GraphQL Admin API, version 2026-01:

- "GraphQL Admin API: orders query": the filters `updated_at:` and `processed_at:`, `sortKey: UPDATED_AT`, pages by
  cursor. `Order`: only those of the last sixty days are accessible unless the app has the scope `read_all_orders`,
  which `AppInstallation.accessScopes` tells.
- "Using the client credentials grant", "About client credentials": a token for 24 hours by client id and secret, for an
  app of one's own organisation. Apps made in a shop's own admin before 2026 have a token that does not end.
- "Verify webhook deliveries": `X-Shopify-Hmac-SHA256`, base64 of the HMAC-SHA256 of the raw body by the client secret.
- "GraphQL Admin API rate limits": calculated cost, at most 1,000 points a question. `THROTTLED` in `errors`.
- `LineItem`: `quantity`, taxes and discounts include what was refunded or removed since, and `Order.totalPriceSet` is
  before returns. In recorded answers of a shop an order edit that takes a unit away leaves these as they were.
- `MoneyBag`: every amount in the shop's currency and in the customer's. The customer's is taken (`presentmentMoney`).

Not confirmed, since no page that was read says it:

- the sign of an `OrderAdjustment`: in recorded payloads of the REST API it is negative where more went back than was
  reckoned, as `Order.refundDiscrepancySet` is;
- whether `RefundLineItem.subtotalSet` has the tax in it where prices have (`taxesIncluded`): it is read so;
- whether tips, duties and additional fees are lines of their own, or in the total alone: the total decides;
- whether an order edit that removes something always leaves a `Refund`. Where an order is worth less than its total
  less its refunds, it is told as unreadable;
- how long after a change the list shows it: each look begins five minutes before the last;
- whether a new token ends the one before it. One is asked for when the last is refused, and kept for every process;
- whether the amounts of a transaction's fees have their own tax in them: they are taken as they are;
- the code `MAX_COST_EXCEEDED` of a question that is too dear, and the gateway `shopify_store_credit`: both are named in
  clients' code that is public;
- that 2026-07, the version that is asked for, has these fields as 2026-01 has them.
"""
