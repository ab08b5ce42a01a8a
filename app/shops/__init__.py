"""Shops: orders of Shopify, WooCommerce, Magento, BigCommerce, Etsy and eBay, each as one document (FEATURES E1).

A shop stands in for a partner's app that can be read: `reading` asks it what changed, and what it answers is taken in
like any other document. Its webhook says "look" and no more, so one that is lost costs time alone.

    order       an order in our own words, whichever shop it is from
    document    the partner's document that an order makes
    platform    what each kind of shop must be able to do, and what it calls with
    platforms   a module for each kind: how it is called, and how its orders are read

Nothing here knows the database, and nothing is ever written into a shop.
"""
