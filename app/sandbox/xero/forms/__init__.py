"""The forms in which Xero reads and writes: elements, dates, filters, answers and refusals.

Begin with `elements`, by which what is posted is read.

    elements, shapes    names held strictly to Xero's specification, values read by type; the names that there are
    dates, clock        every form of date that Xero writes and reads; the time, which a test can move forward
    listing, where      pages and If-Modified-Since of all lists; the filter language of `where` and `order`
    answers, refusals   bodies of what went well and what did not; one exception for each shape of a refusal
"""
