"""What is remembered: tables, sessions and queries. Domain values come out; no decision is taken here."""
