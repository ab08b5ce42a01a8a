"""Between two runs of a connection that works at set times, the app's answers to changes of the last run are taken in.

An answer ends that run and is no new work: a link that waited for nothing else is settled by it. Xero is not asked.
Everything else waits for the next run, newer documents of the same links too. If a worker dies here, the answers are
still due, and the next worker takes in what is left of them.
"""

from app.db.connections.runs import drop_answers_due
from app.db.contacts.contact_links import list_answered_contacts
from app.db.invoices.invoice_links import list_answered
from app.reconcile.contacts.record import record_contacts
from app.reconcile.contacts.work import ContactWork
from app.reconcile.recording.record import record
from app.reconcile.round import Round
from app.reconcile.taking_up import take_up

ANSWERS_AT_ONCE = 1000


async def take_answers(current: Round) -> bool:
    """Record the links that the app answered for; True when a change for the partner was put into the feed."""
    told = await _record_answered(current)
    # Last: while it stands, whoever comes next takes in what was cut off here. An answer that came meanwhile raised the
    # generation, and is not dropped.
    async with current.lease.recording() as session:
        await drop_answers_due(session, current.connection_id, current.connection.generation)
    return told


async def _record_answered(current: Round) -> bool:
    told = False
    while True:
        async with current.database.reading() as session:
            links = await list_answered(session, current.connection_id, ANSWERS_AT_ONCE)
            contacts = await list_answered_contacts(session, current.connection_id, ANSWERS_AT_ONCE)
        await record_contacts(current, [ContactWork(link) for link in contacts])
        told |= await record(current, take_up(current, links))
        if len(links) < ANSWERS_AT_ONCE:
            return told or current.has_told_of_contacts
