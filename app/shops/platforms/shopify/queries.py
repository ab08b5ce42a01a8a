"""The questions to Shopify's GraphQL Admin API.

Every amount is asked for as the customer saw it (`presentmentMoney`). What of an order has no end, lines and refunded
lines, comes by pages; the first of each is in the order.
"""

VERSION = "2026-07"
"""Shopify supports each version for a year at least."""

PATH = f"/admin/api/{VERSION}/graphql.json"

_BAG = """
fragment Bag on MoneyBag { presentmentMoney { amount currencyCode } }
"""

_LINES = """
fragment Lines on LineItemConnection {
  nodes {
    id name sku quantity
    originalUnitPriceSet { ...Bag }
    discountAllocations { allocatedAmountSet { ...Bag } }
    taxLines { title ratePercentage priceSet { ...Bag } }
  }
  pageInfo { hasNextPage endCursor }
}
"""

_REFUND_LINES = """
fragment RefundLines on RefundLineItemConnection {
  nodes { subtotalSet { ...Bag } totalTaxSet { ...Bag } }
  pageInfo { hasNextPage endCursor }
}
"""

_REFUND = """
fragment Given on Refund {
  id note createdAt processedAt
  refundLineItems(first: 10) { ...RefundLines }
  refundShippingLines(first: 5) {
    nodes { subtotalAmountSet { ...Bag } taxAmountSet { ...Bag } }
    pageInfo { hasNextPage }
  }
  duties { amountSet { ...Bag } }
  orderAdjustments(first: 5) {
    nodes { amountSet { ...Bag } taxAmountSet { ...Bag } }
    pageInfo { hasNextPage }
  }
  transactions(first: 5) {
    nodes { kind status gateway amountSet { ...Bag } }
    pageInfo { hasNextPage }
  }
}
"""

_ORDER = """
fragment Whole on Order {
  id name createdAt processedAt updatedAt cancelledAt test
  note poNumber email phone taxesIncluded dutiesIncluded presentmentCurrencyCode
  customer { id displayName }
  billingAddress { name }
  totalPriceSet { ...Bag }
  currentTotalPriceSet { ...Bag }
  totalTipReceivedSet { ...Bag }
  originalTotalDutiesSet { ...Bag }
  originalTotalAdditionalFeesSet { ...Bag }
  lineItems(first: 10) { ...Lines }
  shippingLines(first: 5, includeRemovals: true) {
    nodes {
      id title isRemoved
      originalPriceSet { ...Bag }
      discountedPriceSet { ...Bag }
      taxLines { title ratePercentage priceSet { ...Bag } }
    }
    pageInfo { hasNextPage }
  }
  transactions {
    id kind status test gateway createdAt processedAt
    amountSet { ...Bag }
    parentTransaction { id }
    fees { amount { amount currencyCode } }
  }
  refunds { ...Given }
}
"""

ORDERS = (
    """
query Orders($first: Int!, $after: String, $query: String!) {
  orders(first: $first, after: $after, sortKey: UPDATED_AT, query: $query) {
    nodes { ...Whole }
    pageInfo { hasNextPage endCursor }
  }
}
"""
    + _ORDER
    + _REFUND
    + _REFUND_LINES
    + _LINES
    + _BAG
)

ORDER = (
    """
query Order($id: ID!) {
  order(id: $id) { ...Whole }
  currentAppInstallation { accessScopes { handle } }
}
"""
    + _ORDER
    + _REFUND
    + _REFUND_LINES
    + _LINES
    + _BAG
)

MORE_LINES = (
    """
query MoreLines($id: ID!, $after: String) { order(id: $id) { lineItems(first: 50, after: $after) { ...Lines } } }
"""
    + _LINES
    + _BAG
)

MORE_REFUND_LINES = (
    """
query MoreRefundLines($id: ID!, $after: String) {
  refund(id: $id) { refundLineItems(first: 50, after: $after) { ...RefundLines } }
}
"""
    + _REFUND_LINES
    + _BAG
)
