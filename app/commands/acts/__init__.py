"""What the commands do, by the functions that the API's routes use; each answers what to show.

Begin with `whys`, the shortest; an act finds what is named, calls the API's function, and answers it for machines and
for people.

    named                       a connection or partner by its id alone, whoever owns it
    partners, new_partner       all of them; one made where there is no key yet
    keys                        a partner's: listed, made, rotated, revoked
    connections                 looked at, paused, resumed, run
    whys                        why an invoice is not in step
    comparing, compare_screen   both sides set against each other, and that on a person's screen
    exports, export_screen      everything in scope ordered and watched, and that on a person's screen
    replays                     what was sent before, once more
    business                    what is kept of one, printed or erased
    auditing                    logs listed, and checked for what was touched
    examining                   every check of `doctor`
    restoring                   an older copy of the database, doubted from its moment on
    rotating                    stored secrets encrypted anew
"""
