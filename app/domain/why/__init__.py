"""Why a thing is not in step: every gate on its way, in order, passed or failed or not reached (FEATURES N7).

Pure. It decides nothing itself: what the loop recorded and what its own functions say now (a `preview`) is laid out
gate by gate, so that the answer cannot disagree with what is done.

    gates      the gates and what is found at one
    reasons    every code, the gate it belongs to, the cure and the call that takes it
    facts      what must be known of one invoice or contact
    hinges     the gates of the connection, the same for everything of it
    invoice, contact    an invoice's gates, a contact's gates
    progress   the last gates: written to Xero, and taken by the partner's app
    stranger   an invoice of Xero's that has no link
"""
