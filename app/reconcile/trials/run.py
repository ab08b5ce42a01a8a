"""The way forward of a test transaction: a contact, a draft invoice by the connection's settings, read and compared."""

from dataclasses import replace
from uuid import uuid4

from app.domain.connections.connection import Connection
from app.domain.crossing.trial_mark import contact_number_of
from app.domain.trials.trial import Outcome, StepName, Trial, TrialState
from app.domain.trials.trial_invoice import TrialInvoice, build_trial_invoice, list_differences
from app.domain.xero.xero_contact import ContactWrite, XeroContact
from app.domain.xero.xero_invoice import Refused, XeroInvoice
from app.reconcile.ports import XeroOrganisation
from app.reconcile.trials.steps import Steps

NO_ACCOUNT = "No category is mapped to an account: choose a revenue account in the settings, then test again."


async def run_forward(steps: Steps, connection: Connection) -> None:
    """As far as it goes; a step that is not done ends it, and leaves the rest to the clean-up."""
    await steps.save(replace(steps.trial, state=TrialState.RUNNING))
    organisation = connection.organisation
    if organisation is None or not connection.settings.vocabulary(organisation).accounts:
        await steps.end(StepName.INVOICE, Outcome.FAILED, NO_ACCOUNT)
        return
    contact = await steps.attempt_while_active(
        StepName.CONTACT, lambda xero: _make_contact(xero, steps.trial), _keep_contact
    )
    if contact is None:
        return
    asked = build_trial_invoice(
        steps.trial.id,
        connection.settings,
        organisation,
        contact.xero_contact_id,
        connection.find_day(steps.clock.now()),
    )
    if asked is not None:
        await _make_and_compare(steps, asked)


async def _make_and_compare(steps: Steps, asked: TrialInvoice) -> None:
    made = await steps.attempt_while_active(
        StepName.INVOICE, lambda xero: _make_invoice(xero, asked), _keep_invoice
    )
    if made is None:
        return
    held = await steps.attempt(StepName.READ_BACK, lambda xero: _read(xero, made.xero_invoice_id))
    if held is None:
        return
    differences = list_differences(asked, held)
    outcome = Outcome.FAILED if differences else Outcome.DONE
    await steps.end(StepName.COMPARE, outcome, "; ".join(differences) or None)


async def _make_contact(xero: XeroOrganisation, trial: Trial) -> XeroContact | Refused:
    write = ContactWrite({"name": f"Plumbline test {trial.id.hex}"}, contact_number_of(trial.id))
    [answer] = await xero.contacts.create([write], uuid4().hex)
    return answer


async def _make_invoice(xero: XeroOrganisation, asked: TrialInvoice) -> XeroInvoice | Refused:
    [answer] = await xero.invoices.create([asked.write], uuid4().hex)
    return answer


async def _read(xero: XeroOrganisation, xero_invoice_id: str) -> XeroInvoice | None:
    return next(iter(await xero.invoices.fetch([xero_invoice_id])), None)


def _keep_contact(trial: Trial, contact: XeroContact) -> Trial:
    return replace(trial, xero_contact_id=contact.xero_contact_id)


def _keep_invoice(trial: Trial, invoice: XeroInvoice) -> Trial:
    return replace(trial, xero_invoice_id=invoice.xero_invoice_id)
