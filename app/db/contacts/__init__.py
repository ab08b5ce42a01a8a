"""Contacts: what the partner says of them, their links as the loop works on them, and as they are shown."""
