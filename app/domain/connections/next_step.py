"""What somebody should do next about a connection, in words, until it is ready (FEATURES I1, T4 to T11, C9)."""

from dataclasses import dataclass

from app.domain.connections.connection import Connection, ConnectionState
from app.domain.connections.stale import list_problems
from app.domain.xero.organisation import APPROVE

READY = "ready"

_STOPS_INVOICES = frozenset({"account_stale", "tax_stale"})


@dataclass(frozen=True, slots=True)
class NextStep:
    """A code for machines, a sentence for people, and the call that takes the step, where one call does.

    `is_optional`: everything goes without it, but for what the sentence says.
    """

    code: str
    message: str
    call: str | None = None
    is_optional: bool = False


def find_next_step(connection: Connection) -> NextStep | None:
    """The step of its state first, then scopes that are missing, then settings that were never chosen or are stale.

    `ready` where nothing is left to do, None where the connection has ended.
    """
    path = f"/v1/connections/{connection.id}"
    match connection.state:
        case ConnectionState.PENDING if connection.awaits_choice:
            message = "The consent covers several organisations; choose one of `offered` by its tenant_id."
            return NextStep("choose_organisation", message, f"POST {path}/organisation")
        case ConnectionState.PENDING:
            message = "Open authorise_url, or POST to authorise for a fresh one, and give consent in Xero."
            return NextStep("authorise", message, f"POST {path}/authorise")
        case ConnectionState.DISCONNECTED:
            message = "POST to authorise and give consent in Xero again; nothing is lost."
            return NextStep("authorise_again", message, f"POST {path}/authorise")
        case ConnectionState.PAUSED if connection.is_app_refused:
            return _mend_app(connection)
        case ConnectionState.PAUSED:
            message = "POST to resume; everything stored meanwhile is caught up with."
            return NextStep("resume", message, f"POST {path}/resume")
        case ConnectionState.ACTIVE:
            return _find_step_of_active(connection, path)
    return None


def _find_step_of_active(connection: Connection, path: str) -> NextStep | None:
    if connection.is_app_refused:
        return _mend_app(connection)
    if connection.lacks_scopes:
        named = ", ".join(connection.missing_scopes) or "a scope that is needed"
        message = f"The consent lacks {named}: POST to authorise and give consent in Xero again."
        return NextStep("grant_scopes", message, f"POST {path}/authorise")
    if not connection.settings.revenue_accounts:
        message = (
            "Choose a revenue account for the category `general` in the settings; accounts tells which fit."
        )
        return NextStep("choose_revenue_accounts", message, f"PATCH {path}/settings")
    if not connection.settings.taxes and connection.organisation is not None:
        message = (
            f"Map your tax words under taxes: for {connection.organisation.country} none are usual here."
        )
        return NextStep("map_taxes", message, f"PATCH {path}/settings")
    return _find_step_of_organisation(connection, path) or _find_last_step(connection, path)


def _mend_app(connection: Connection) -> NextStep:
    """Whoever registered the app is the one to do it."""
    if connection.xero_app_id is None:
        return NextStep("mend_xero_app", "Tell the operator of Plumbline, whose Xero app it is.")
    message = "Replace the secret of your Xero app by the one that Xero's portal has for its client id."
    return NextStep("mend_xero_app", message, f"PATCH /v1/xero-apps/{connection.xero_app_id}")


def _find_step_of_organisation(connection: Connection, path: str) -> NextStep | None:
    """What the organisation has left behind, or does not allow."""
    organisation = connection.organisation
    if organisation is None:
        return None
    stale = [one for one in list_problems(connection.settings, organisation) if one.code in _STOPS_INVOICES]
    if stale:
        message = f"{stale[0].fact} {stale[0].cure}"
        return NextStep("mend_settings", message, f"PATCH {path}/settings")
    if not organisation.allows(APPROVE):
        message = "The Xero plan lets no more invoices be approved: raise it, or wait for the next month."
        return NextStep("raise_plan", message, f"POST {path}/preflight")
    return None


def _find_last_step(connection: Connection, path: str) -> NextStep:
    settings = connection.settings
    if settings.payment_account_id is None and not settings.payment_accounts:
        message = "Choose a payment account in the settings if payments are taken in the app."
        return NextStep("choose_payment_account", message, f"PATCH {path}/settings", is_optional=True)
    message = "It is ready: send each document whole whenever it changes."
    return NextStep(READY, message, f"PUT {path}/invoices/{{invoice_id}}", is_optional=True)


def is_ready(connection: Connection) -> bool:
    """Whether invoices that are sent now reach Xero, as far as state and settings tell."""
    step = find_next_step(connection)
    return connection.state is ConnectionState.ACTIVE and step is not None and step.is_optional
