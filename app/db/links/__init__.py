"""What is the same of links of every kind: their documents, hubs, holds and skips, and how they are listed.

Begin with `documents`, where a partner's word comes to its link.

    documents, shelves          stored where they are newer than what is held; where each kind is kept, and how
    link_ids, rows              a link's id follows from whose it is; which table has the links of a kind
    hub_columns                 a hub to columns and back
    moments                     what no other table keeps of a link's life
    following                   ids under which something came in, kept with the links that carry it out
    made_before                 what the app wrote by another connection of the same business

What waits:

    holds, settled              what makes a held link due again; one that stands as it does by the settings
    held                        all that waits for a person: counted by reason, listed, tried again
    skips                       what a person set aside, and took up again
    bars                        since when Xero refuses whoever asks, and which of the held tries it next

For the API:

    listing                     how lists are narrowed, sorted and cut to pages
"""
