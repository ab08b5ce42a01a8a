"""Answers of Xero that are wrong or odd, drawn at random: nothing is lost, nothing is doubled, and nothing stops.

`python -m tests.garbled --seed 1 --runs 60` lives so many histories and ends with one line of JSON. An intermediary
stands before the sandbox's Xero and changes some of its answers on the way; whatever a write asked for was done.

    whole answers   cut, empty, HTML, another status, another coding, no member, another kind of JSON: `whole_answers`
    rows            a field gone, null, of another type, an unknown word, sums that do not add up: `rows`
    harmless        another form of the same, which must change nothing: `harmless`
    plausible       older versions of rows, rows of other ids, rows left out: `plausible`

The same intermediary stands before an app that is read, in histories of a kind of their own.
"""
