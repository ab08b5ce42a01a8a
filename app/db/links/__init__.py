"""What is the same of links of every kind: their documents, hubs, holds and skips, and how they are listed."""
