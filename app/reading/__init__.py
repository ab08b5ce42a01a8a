"""Reading the partner's side: what its app holds that we were not told, where the partner lets us ask.

    protocol   what is asked, how it is signed, and what must come back
    reader     one call, and what came back
    look       one look: the lists page by page, then by id what should be there and was not listed
    reading    whose look is due, who takes it, and when it is tried again

A document that is read is taken in like any other; nothing here decides. A partner that cannot be read posts manifests.
"""
