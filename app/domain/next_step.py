"""What somebody should do next about a connection, in words; None while it runs by itself."""

from dataclasses import dataclass

from app.domain.connection import Connection, ConnectionState


@dataclass(frozen=True, slots=True)
class NextStep:
    """A code for machines, a sentence for people, and the call that takes the step, where one call does."""

    code: str
    message: str
    call: str | None = None


def find_next_step(connection: Connection) -> NextStep | None:
    """The step of its state first, then scopes that are missing, then settings that were never chosen."""
    path = f"/v1/connections/{connection.id}"
    match connection.state:
        case ConnectionState.PENDING if connection.awaits_choice:
            message = "The consent covers several organisations; choose one of `offered` by its tenant_id."
            return NextStep("choose_organisation", message, f"POST {path}/organisation")
        case ConnectionState.PENDING:
            message = "Open authorise_url and give consent in Xero."
            return NextStep("authorise", message, f"POST {path}/authorise")
        case ConnectionState.DISCONNECTED:
            message = "POST to authorise and give consent in Xero again; nothing is lost."
            return NextStep("authorise_again", message, f"POST {path}/authorise")
        case ConnectionState.PAUSED:
            message = "POST to resume; everything stored meanwhile is caught up with."
            return NextStep("resume", message, f"POST {path}/resume")
        case ConnectionState.ACTIVE:
            return _find_step_of_active(connection, path)
    return None


def _find_step_of_active(connection: Connection, path: str) -> NextStep | None:
    if connection.lacks_scopes:
        named = ", ".join(connection.missing_scopes) or "a scope that is needed"
        message = f"The consent lacks {named}: POST to authorise and give consent in Xero again."
        return NextStep("grant_scopes", message, f"POST {path}/authorise")
    if not connection.settings.revenue_accounts:
        message = (
            "Choose a revenue account for the category `general` in the settings; accounts tells which fit."
        )
        return NextStep("choose_revenue_accounts", message, f"PATCH {path}/settings")
    if connection.settings.payment_account_id is None:
        message = "Choose a payment account in the settings if payments are taken in the app."
        return NextStep("choose_payment_account", message, f"PATCH {path}/settings")
    return None
