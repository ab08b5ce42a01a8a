"""A connection's life: consent and tokens, its moves from state to state, what waits on it, and how it ends.

In the order of that life; begin with `states`.

    states                      moves from state to state, each with the notice that tells the partner
    consents, tokens            what a person let us into, and joined; token sets, and who refreshes one
    waiting, under_way          what there is to do in a round; what may still leave once it was told to rest
    unseen                      those that ask Xero for nothing by themselves, and when it last showed them
    checkup                     what is counted to say whether all is well
    trials                      test transactions, one open at a time
    closings                    what Xero is still to delete
    erasures, business_data     a business forgotten in small steps; all that is kept of it, table by table
"""
