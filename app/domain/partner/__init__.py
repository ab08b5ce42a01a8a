"""The partner's side: its documents, the changes that it is sent, and what it is known to hold.

Begin with `document`, which is the way between what a partner writes and a record.

    document                    a whole document to canonical fields and back
    change                      what the app must now show, in its document's words, with before and after
    partner_side                what the app holds by all that is known: its newest document, and changes since
    next_document               its next version, made for it where it told a single payment or credit
    endpoint                    where it is called: which address applies changes, which ones listen, when one is lost
    claim                       who carries out a request that may come again, and what a repeat comes to

Asked what it holds:

    partner_read                a look under way: which list, how far, what it came to
    partner_knowledge           how old that makes what we know
"""
