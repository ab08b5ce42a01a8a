"""What Xero holds and what we ask of it, in our own words: the values that cross the port to its adapter."""
