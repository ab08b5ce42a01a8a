"""Contact groups: the app's group codes become memberships in the groups that the settings name.

A contact is put into each group once, with a call for each group and batch. Whoever takes it out again in Xero is not
contradicted, and nobody is ever taken out from here. A cut before the answer is recorded puts it in a second time,
which changes nothing.
"""

from collections.abc import Sequence
from dataclasses import replace

from app.db.findings.attempts import Attempt
from app.domain.holds.bars import BARS
from app.domain.holds.hold import Hold
from app.domain.holds.refusals import explain
from app.domain.xero.xero_invoice import Refused
from app.reconcile.contacts.record import groups_due, record_contacts
from app.reconcile.contacts.work import ContactWork
from app.reconcile.ports import WRITE_BATCH
from app.reconcile.round import Round, batches
from app.spending import spent_on


async def join_groups(current: Round, works: Sequence[ContactWork]) -> None:
    """Put these contacts into the groups that are due."""
    due = {work.link.id: groups_due(current, work.link) for work in works if work.refusal is None}
    for group_id in sorted(frozenset[str]().union(*due.values())):
        joining = [work for work in works if group_id in due.get(work.link.id, ())]
        for batch in batches(joining, WRITE_BATCH):
            await _join(current, group_id, batch)


async def _join(current: Round, group_id: str, works: Sequence[ContactWork]) -> None:
    await current.begin()
    ids = [work.link.xero_contact_id or "" for work in works]
    call = current.xero.contacts.join_group(group_id, ids)
    refused = await spent_on([work.link.id for work in works], call)
    for work in works:
        if refused is None:
            work.link = replace(work.link, groups_joined=work.link.groups_joined | {group_id})
            work.is_let_through = True
            continue
        said = " ".join(refused.messages)
        work.refusal = _explain(refused)
        work.attempts.append(Attempt(work.link.id, "join", {"groups": {}}, "refused", said))
    await record_contacts(current, works)


def _explain(refused: Refused) -> Hold:
    """The hold of a refusal: about the group, unless it is a bar."""
    hold = explain(refused.messages)
    if hold.code in BARS:
        return hold
    return Hold(
        "contact_group_refused",
        f"Xero did not take the contact into the group that the settings name: {' '.join(refused.messages)}",
        "Choose another group for that code in the settings, or restore the group in Xero.",
    )
