"""The loop: observe, plan, apply, record; one connection at a time, its links in batches.

Start with `reconciler`, which is the loop itself, and `rounds`, which is one round after another. A round goes through
these, in this order:

    facts               what is known of the organisation, read anew where that is old
    invoices.create_once, credits.finish_credits
                        what was begun and not answered
    triggers            what Xero's events point to is due; `followed` has their correlation ids,
                        `overwritten` the edits that a write of ours may have gone over
    timers.sweep, compare, exports
                        a part of each that is under way; `seeking` says how far back a search asks,
                        `untold` counts the changes of which no event told
    contacts            customers, before the invoices that need them
    moved               what moved in Xero, read by pages where that takes fewer calls; `made_before` leaves some out
    items               products, before the lines that name them
    invoices            decided, observed, planned, applied
    credits, apply_payments
                        money, once its invoice is as it should be
    recording           what each of these came to, as it goes

What they share:

    round, work         one round, and one link on its way through it; `taking_up` puts the link on that way
    lease, losses       one worker at a time; connections whose consent, scope or app Xero refuses
    precedence, debounce
                        people go first; an invoice that somebody types into is written once for several edits
    decisions, decided
                        what people decided, carried out; how it goes through a round
    numbers, oscillation, doubt
                        before a write: numbers that are taken, two sides that undo each other, a restored database
    ports               what the loop needs of the world; it knows no adapter

Beside the rounds:

    preview, foresight  what the loop would do, and what would follow from that; `footing` is what both stand on
    between_runs        at set times: the app's answers to the last run, taken in before the next
    trials, timers      test transactions; what is done by the clock
"""
