"""Invoices: their links as the loop works on them, as it records them, and as they are shown."""
