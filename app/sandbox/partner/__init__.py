"""A small stand-in for a tradie's job-management app: the partner's side of the sandbox.

It keeps invoices as whole documents, lets a person edit them over a control API, sends every version to
Plumbline (by PUT or by a signed webhook) and takes Plumbline's changes by compare-and-set. It is written from
the partner protocol alone and shares no code with Plumbline, so a misreading on one side shows as a failure,
not as agreement.

The life of a document here: `control` hears a person, `books` makes the next version, `outbox` sends it. The
life of a change: `intake` verifies it, `books` applies or refuses it by the rule in `compare_and_set`. State
lives in memory. What Plumbline tells of the connection itself, `notices` keeps. Where Plumbline asks what the
app holds, `read_side` answers.
"""
