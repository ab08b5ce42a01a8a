"""The clean-up of a test transaction: what it made, or may have made, is found and taken away, or told.

A create whose answer was lost is looked for by our mark. Nothing found counts only `LATEST` after the create was
begun, because it may still have been on its way. Whatever Xero gives no answer to is tried again for `GIVE_UP`; what is
left then, or what Xero refuses to take away, is told by the step that failed, with Xero's words. Each call is harmless
when it is made twice: what is deleted or archived already is seen to be so.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from app.domain.crossing.trial_mark import contact_number_of, reference_of
from app.domain.trials.trial import Outcome, StepName, Trial
from app.domain.xero.xero_contact import ContactWrite, XeroContact
from app.domain.xero.xero_invoice import InvoiceWrite, Refused, XeroInvoice
from app.errors import Retryable, Terminal
from app.reconcile.doubt import SKEW
from app.reconcile.ports import XeroOrganisation
from app.reconcile.trials.steps import Steps

LATEST = timedelta(minutes=3)
"""After this a create that was cut off is there, or never will be: longer than the slowest call."""

GIVE_UP = timedelta(hours=24)
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=10), timedelta(minutes=15)

Look = Callable[[XeroOrganisation, Trial], Awaitable[str | None]]
End = Callable[[XeroOrganisation, str], Awaitable[bool | Refused]]


async def clean_up(steps: Steps) -> None:
    """Take away what is there; ends the test where nothing more is to be done, else puts the rest off."""
    await steps.save(steps.trial.cleaning())
    wait = await _clean(steps, StepName.INVOICE, StepName.DELETE_INVOICE, _find_invoice, _delete)
    if wait is None:
        wait = await _clean(steps, StepName.CONTACT, StepName.ARCHIVE_CONTACT, _find_contact, _archive)
    if wait is None:
        await steps.save(steps.trial.ended(steps.clock.now()))
    else:
        await steps.save(steps.trial, wait)


async def _clean(steps: Steps, made_by: StepName, name: StepName, look: Look, end: End) -> timedelta | None:
    """Clean up after one step; how long to wait where that cannot be done now."""
    if steps.trial.step(name).outcome in (Outcome.DONE, Outcome.FAILED, Outcome.SKIPPED):
        return None
    try:
        xero_id = _known_id(steps.trial, made_by)
        if xero_id is None and steps.trial.step(made_by).may_stand:
            xero_id = await look(await steps.open(), steps.trial)
            if xero_id is None and (early := _too_early(steps, made_by)):
                return early
        if xero_id is None:
            await steps.end(name, Outcome.SKIPPED, "There was nothing to take away.")
            return None
        await steps.save(_with_id(steps.trial, made_by, xero_id))
    except Terminal as refusal:
        await steps.end(name, Outcome.FAILED, str(refusal))
        return None
    except Retryable as failure:
        return await _put_off(steps, name, str(failure), failure.retry_after)
    return await _end(steps, name, xero_id, end)


async def _end(steps: Steps, name: StepName, xero_id: str, end: End) -> timedelta | None:
    """Take it away; what Xero had no answer to is tried again."""

    async def call(xero: XeroOrganisation) -> bool | Refused:
        return await end(xero, xero_id)

    await steps.attempt(name, call)
    lost = steps.unanswered
    return await _put_off(steps, name, str(lost), lost.retry_after) if lost else None


async def _put_off(steps: Steps, name: StepName, why: str, wish: timedelta | None) -> timedelta | None:
    if steps.clock.now() - steps.trial.created_at > GIVE_UP:
        await steps.end(name, Outcome.FAILED, f"Xero gave no answer for a day: {why}")
        return None
    await steps.end(name, Outcome.PENDING, why)
    return wish or min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(steps.trial.attempts, 16))


def _too_early(steps: Steps, made_by: StepName) -> timedelta | None:
    """How long until a look that finds nothing counts."""
    began_at = steps.trial.step(made_by).began_at or steps.trial.created_at
    left = began_at + LATEST - steps.clock.now()
    return left if left > timedelta(0) else None


def _known_id(trial: Trial, made_by: StepName) -> str | None:
    return trial.xero_invoice_id if made_by is StepName.INVOICE else trial.xero_contact_id


def _with_id(trial: Trial, made_by: StepName, xero_id: str) -> Trial:
    if made_by is StepName.INVOICE:
        return replace(trial, xero_invoice_id=xero_id)
    return replace(trial, xero_contact_id=xero_id)


async def _find_invoice(xero: XeroOrganisation, trial: Trial) -> str | None:
    made = await xero.invoices.fetch_created_by_us(trial.created_at - SKEW)
    mark = reference_of(trial.id)
    return next((invoice.xero_invoice_id for invoice in made if invoice.reference == mark), None)


async def _find_contact(xero: XeroOrganisation, trial: Trial) -> str | None:
    found = await xero.contacts.fetch_by_number([contact_number_of(trial.id)])
    return next((contact.xero_contact_id for contact in found), None)


async def _delete(xero: XeroOrganisation, xero_invoice_id: str) -> bool | Refused:
    held: list[XeroInvoice] = await xero.invoices.fetch([xero_invoice_id])
    if not held or held[0].is_over:
        return True
    ended = InvoiceWrite(xero_invoice_id, {"status": "cancelled"}, None, is_draft=True)
    [answer] = await xero.invoices.update([ended])
    return answer if isinstance(answer, Refused) else True


async def _archive(xero: XeroOrganisation, xero_contact_id: str) -> bool | Refused:
    held: list[XeroContact] = await xero.contacts.fetch([xero_contact_id])
    if not held or not held[0].is_usable:
        return True
    [answer] = await xero.contacts.update([ContactWrite({}, held=held[0], is_archived=True)])
    return answer if isinstance(answer, Refused) else True
