"""Reading the partner's side: what its app, or its shop, holds that we were not told, where we may ask.

    source           what a look asks, whoever answers
    partner_source   a partner's app, asked at its read endpoint
      protocol       what is asked, how it is signed, and what must come back
      reader         one call, and what came back
    shop_source      a shop, asked by its platform (`app.shops`): each order is one document
    look             one look: the lists page by page, then by id what should be there and was not listed
    refusals         the orders of a shop that could not be taken, kept with their reasons
    words            what the other side said, as it is kept
    doors            opens the source of a connection
    reading          whose look is due, who takes it, and when it is tried again

A document that is read is taken in like any other; nothing here decides. A partner that cannot be read posts manifests.
"""
