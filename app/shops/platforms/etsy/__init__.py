"""Etsy, by its Open API: `shop` is how it is asked, `receipts` how a receipt is read."""
