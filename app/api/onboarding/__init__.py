"""Joining a business to a Xero organisation: connections, consent, the organisation, partners' own Xero apps."""
