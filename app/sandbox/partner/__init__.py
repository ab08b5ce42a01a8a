"""A small stand-in for a tradie's job-management app: the partner's side of the sandbox.

It keeps invoices as whole documents, lets a person edit them over a control API, sends every version to
Plumbline (by PUT or by a signed webhook) and takes Plumbline's changes by compare-and-set. It is written from
the partner protocol alone and shares no code with Plumbline, so a misreading on one side shows as a failure,
not as agreement. State lives in memory.

The life of a document here, and where to begin:

    control, contact_control, part_control
                            hear a person, over HTTP: of invoices, of customers, of single payments and credits
    books, contacts         make the next version, and keep every one; `holding` is one thing in all its versions
    document, contact_document
                            how a document is filled, edited and totalled; pure
    outbox                  sends it, once; `plumbline` is where to, and by which of the two ways
    bulk                    opens many invoices at once, for load

The life of a change:

    intake                  verifies it and answers
    compare_and_set         whether it applies to what the app holds now, and what the document is then

Beside these:

    notices                 what Plumbline told of a connection itself
    read_side               answers what the app holds, where Plumbline asks
    journal                 all that was sent and received, which tests and the demo ask
    faults                  what the network does to it at the worst moment
    page                    what a person sees in a browser
    application, server, command
                            put together, in a thread of a test, or as a process
"""
