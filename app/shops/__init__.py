"""Shops: orders of Shopify, WooCommerce, Magento, BigCommerce, Etsy and eBay, each as one document (FEATURES E1).

A shop stands in for a partner's app that can be read: `reading` asks it what changed, and what it answers is taken in
like any other document. Its webhook says "look" and no more, so one that is lost costs time alone.

    order         an order in our own words, whichever shop it is from
    document      the partner's document that an order makes
    store_credit  the invoice beside it, of store credit that was given for it
    platform      what each kind of shop must be able to do, and what it calls with
    front         the calls themselves, to one shop
    registry      the platforms by name
    platforms     a room for each kind: how it is called, and how its orders are read

What several platforms need to ask:

    first_day     from which day on orders are read
    walk          how a list is walked that moves while it is read
    signing       signatures of webhooks that several platforms make alike
    tokens        access tokens that end, and those that bring the next

And to read an order:

    attempt       one that cannot be read is told, and stops no other
    fields        texts, amounts and instants out of a shop's JSON
    fitting       which lines a total has in it; the word of a line's taxes
    shares        an amount of several lines, shared between them
    own_tax       the tax in a seller's prices where a marketplace does not say it

Nothing here knows the database, and nothing is ever written into a shop.
"""
