"""The commands by which an operator looks after partners and connections; one module a command.

Begin with any command, as `why`: it says what can be asked; `acts` has what is done for it.

    partner, key, connection        who calls, with which key, and whose books are joined
    why, compare, export            one thing not in step, both sides set against each other, everything in scope
    replay                          a stored event, a change or a delivery, once more
    audit, doctor                   who did what; whether a deployment is well
    restored, rotate_keys           after an older copy was put back; stored secrets under the newest key
    acts                            what each does, by the functions that the API's own routes use
    running, shown, screen          opens what an act needs and runs it; its answer and exit code; tables for people
    examination                     what `doctor` looks at
    starting                        settings that a process can run on, or why it may not start

An operator stands above partners: a connection is named by its id alone. Everything else is as by the API. Xero is
asked through the budget that all processes share, and what a worker would do is done by a worker.

Nothing here loads more than it must before a command runs, so that `--help` is there at once.
"""
