"""Recording: what a round came to is put on disk, in one fenced transaction with all that follows from it.

Begin with `record`, which writes; the others say what it writes along.

    record          the links of invoices, and what their partner is told
    kept            what is left for people: conflicts, attempts, decisions, discrepancies
    moments         when a hold began and ended, for the history
    sums            what a link comes to on each side
    bars            whether Xero refused whoever asks, or does so no more
"""
