"""The loop: observe, plan, apply, record; one connection at a time, its links in batches.

Start with `reconciler`, which is the loop itself, and `rounds`, which is one round after another. A round goes through
these, in this order:

    facts       what is known of the organisation, read anew where that is old
    triggers    what Xero's events point to is due; `moved` and `followed` say how it is read, and for whom
    contacts    customers, before the invoices that need them
    items       products, before the lines that name them
    invoices    decided, observed, planned, applied
    apply_payments, credits
                money, once its invoice is as it should be
    recording   what each of these came to, as it goes

What they share: `round`, `work` (one link on its way), `lease`, `precedence` (people first) and `decisions`. `ports`
says what the loop needs of the world; it knows no adapter. `compare`, `exports`, `trials` and `timers` work beside it,
`preview` and `foresight` tell what it would do.
"""
