"""The commands by which an operator looks after partners and connections; one module a command.

    partner, key, connection, compare, doctor, export, replay, restored, why
                        what can be said, and the help of it
    acts                what each does, by the functions that the API's own routes use
    running, shown      opens what an act needs, prints what it answers, ends with a code that means something
    examination         what `doctor` looks at
    starting            settings that a process can run on, or why it may not start

An operator stands above partners: a connection is named by its id alone. Everything else is as by the API. Xero is
asked through the budget that all processes share, and what a worker would do is done by a worker.

Nothing here loads more than it must before a command runs, so that `--help` is there at once.
"""
