"""Magento 2, by its REST API: `shop` is how it is asked, `orders` how an order is read."""
