"""eBay, by its Fulfillment API: `shop` is how it is asked, `orders` how an order is read."""
