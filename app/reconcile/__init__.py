"""The loop: observe, plan, apply, record; one connection at a time, its links in batches.

Start with `reconciler`, which is the loop itself, and `rounds`, which is one round after another. A round goes through
these, in this order:

    facts           what is known of the organisation, read anew where that is old
    invoices.create_once, credits.finish_credits
                    what was begun and not answered
    triggers        what Xero's events point to is due; `followed` says for whom
    timers.sweep, compare, exports
                    a part of each that is under way
    contacts        customers, before the invoices that need them
    moved           what moved in Xero, read by pages where that takes fewer calls
    items           products, before the lines that name them
    invoices        decided, observed, planned, applied
    credits, apply_payments
                    money, once its invoice is as it should be
    recording       what each of these came to, as it goes

What they share: `round`, `work` (one link on its way), `lease`, `precedence` (people first) and `decisions`. `ports`
says what the loop needs of the world; it knows no adapter. `trials` and the other `timers` work beside it, `preview`
and `foresight` tell what it would do.
"""
