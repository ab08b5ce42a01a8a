"""Exports: a look at everything in scope, stage by stage, worked on by the loop in portions (FEATURES I13, N11).

Begin with `orders`, then `step`.

    orders          what somebody orders: made, started, paused, resumed, cancelled; a row, and a generation raised
    step            one step of a connection's run, in a round of the loop and under its lease
    listing         what is in scope becomes things of the run, each with what is foreseen of it
    contacts, items, invoices
                    foresee the things of a stage; of a dry run by looking in Xero, without any write
    foresight       what would become of one invoice, its payments and credits, by planning on from plan to plan
    portions        the next things are made due; what came of those that were is recorded
    faces           what a report shows of a thing
    watch           a run as it goes on, for whoever looks on
    timer           runs that nothing else would wake
"""
