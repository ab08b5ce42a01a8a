"""Words that Xero and the record have for the same thing; both directions of the mapping read them here."""

LINE_AMOUNT_TYPES = {"tax_exclusive": "Exclusive", "tax_inclusive": "Inclusive", "no_tax": "NoTax"}
"""Xero's LineAmountTypes for the record's `amounts_are`."""

AMOUNTS_ARE_OF = {xero: ours for ours, xero in LINE_AMOUNT_TYPES.items()}

STATUSES = {"draft": "DRAFT", "sent": "AUTHORISED", "cancelled": "VOIDED"}
"""The status to write for the record's."""

DELETED = "DELETED"
"""What a draft becomes that is cancelled (FACTS 4.1)."""
