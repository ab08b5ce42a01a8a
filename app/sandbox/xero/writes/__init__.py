"""What Xero does with what is posted, kind by kind."""
