"""What the loop does by the clock, whatever was heard or not: the sweep, the watch, and the ends of things.

Begin with `sweep`, the guarantee behind all webhooks.

    sweep           nudges whatever is behind, and finds whatever moved in Xero
    watch           Xero's webhooks: numbers that never came, and silence
    retries         held links whose cause may have lifted without anybody telling

Consents that nobody uses:

    keep_alive      a token refreshed before Xero forgets it
    roll_call       whether Xero still lists a connection that asks it for nothing

Ends:

    closing         Xero told that a connection is over, until it agrees
    erasing         a business's data deleted, once somebody asked
    forgetting      what is too old to be of use
"""
