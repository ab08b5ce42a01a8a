"""What the sandbox remembers beside the books: tokens, limits, repeated calls, faults to order, the call log.

Begin with `sandbox`, which holds all the others.

    sandbox             everything that is remembered, in one place, and what it starts with
    tokens, bearer      consents, token sets, connections and their ends; who asks, or Xero's refusal
    limits              calls at once, in a minute and in a day
    idempotency         calls that come again within six minutes
    faults              the next matching call fails in the chosen way
    calls, exchanges    who asked for what; the same with bodies, while somebody wants them
"""
