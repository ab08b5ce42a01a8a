"""An invoice's link, and what is due of it in Xero.

Begin with `link`, then `plan` and `planning`.

    link                            both identities, the hub, and what a person is told: settled, behind or held
    payment_links, credit_links     the same link as its money comes and goes in Xero
    plan, case                      what is due, as data; all that this is decided by, put together once
    planning                        the walk that decides it: one thing before the next, as Xero takes them
    money_due, fitting              payments and credits that are due; which of them there is room for
    booking                         where a payment of ours was booked, and whether it belongs elsewhere

What Xero would refuse:

    legality                        the moves of a write, judged before the call
    fitness, unknown_words          lines that Xero does not take; words of theirs that nothing in Xero answers to
    voiding                         no end for an invoice that has money on it
    credit_refusals                 what Xero's refusal means where a credit is at fault
    retry                           when what is held is looked at again by itself

What a document leaves to be worked out:

    due_date, credit_lines          the day on which to pay; a credit's amount over the tax types of its invoice

An invoice of Xero's that may be this one:

    adoption, recognition           there before the two were joined; made by us, and the answer was lost
    relink                          chosen by a person: what to take for the last agreement
    account_codes, tracking_names   said anew where Xero calls an account or a category otherwise by now

For people:

    preview, telling                what the loop would do, as data and in sentences
    sums, beside                    what each side comes to; payments and credits of both, side by side
"""
