"""The forms in which Xero reads and writes: elements, dates, filters, answers and refusals."""
