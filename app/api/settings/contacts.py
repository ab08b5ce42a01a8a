"""What a business may choose of its contacts in Xero: their account numbers, their groups, and by what they are known.

Groups come by id or by name, must exist in Xero, and are kept by id, because people rename them.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from app.api.dependencies import Services
from app.db.connections.connections import find_connection
from app.domain.connections.settings import ConnectionSettings
from app.domain.contacts.contact_matching import EVERY_KEY, ContactKey, in_order
from app.domain.xero.xero_contact import ContactGroup
from app.intake.refusals import Fault, InputRefused
from app.intake.values import Line, Text50, Word

ID_PLACE = "{id}"


class ContactsChange(BaseModel):
    """The part of a change of settings that this module reads."""

    contact_account_number: Text50 | None = Field(
        default=None,
        description="The account number of a contact that is made in Xero without one of its own; `{id}` stands for "
        "the contact's id in the app and must be in it, because account numbers are unique in Xero. A contact whose "
        "number would have more than 50 characters gets none.",
    )
    contact_groups: dict[Word, Line | None] = Field(
        max_length=1_000,
        default={},
        description="The app's group code to a contact group of Xero, by id or name; it must exist there.",
    )
    contact_matching: list[ContactKey] | None = Field(
        default=None,
        max_length=len(EVERY_KEY),
        description="By what a contact that Xero has already is taken for a customer of yours, beside our own mark: "
        "`account_number`, `name_and_email` (both the same), `name` (the same, and no e-mail addresses that contradict "
        "each other). With none of them a namesake holds the customer until the two are linked by hand.",
    )


class ContactSettings(BaseModel):
    """What a business chose of its contacts."""

    contact_account_number: str | None = Field(
        description="The account number of contacts that are made in Xero without one; `{id}` is the app's id."
    )
    contact_groups: dict[str, str] = Field(description="The app's group code to the id of a group in Xero.")
    contact_matching: list[ContactKey] = Field(
        description="By what a contact that Xero has already is taken for yours, the surest first."
    )


def show_contacts(settings: ConnectionSettings) -> dict[str, Any]:
    """The settings about contacts as the API names them."""
    return {
        "contact_account_number": settings.contact_account_number,
        "contact_groups": dict(settings.contact_groups),
        "contact_matching": list(settings.contact_matching),
    }


async def fetch_groups(
    services: Services, partner_id: UUID, connection_id: UUID, change: ContactsChange
) -> Sequence[ContactGroup]:
    """The groups that the organisation has, read fresh where the change names any; no transaction may be open."""
    if not any(change.contact_groups.values()):
        return ()
    async with services.database.reading() as session:
        connection = await find_connection(session, connection_id, partner_id=partner_id)
    if connection is None:
        return ()
    if connection.organisation is None:
        raise InputRefused("not_authorised_yet", "Groups can be chosen once the organisation is known.")
    return await (await services.organisations.open(connection.id)).contacts.fetch_groups()


def choose_contacts(
    settings: ConnectionSettings, change: ContactsChange, groups: Sequence[ContactGroup], faults: list[Fault]
) -> dict[str, Any]:
    """The settings that the change names, as they are kept; adds a fault for each that cannot be chosen."""
    chosen: dict[str, Any] = {}
    if "contact_account_number" in change.model_fields_set:
        template = change.contact_account_number or None
        if template is not None and ID_PLACE not in template:
            faults.append(Fault("contact_account_number", f"must hold {ID_PLACE}, to be unique"))
        chosen["contact_account_number"] = template
    if "contact_matching" in change.model_fields_set:
        chosen["contact_matching"] = in_order(change.contact_matching or ())
        faults += [Fault("contact_matching", "cannot be null")] if change.contact_matching is None else []
    if change.contact_groups:
        chosen["contact_groups"] = _choose_groups(settings, change, groups, faults)
    return chosen


def _choose_groups(
    settings: ConnectionSettings, change: ContactsChange, groups: Sequence[ContactGroup], faults: list[Fault]
) -> dict[str, str]:
    known = {group.name.casefold(): group.group_id for group in groups}
    known |= {group.group_id: group.group_id for group in groups}
    merged = dict(settings.contact_groups)
    for code, name in change.contact_groups.items():
        group_id = known.get(name) or known.get(name.casefold()) if name else None
        if not code:
            faults.append(Fault("contact_groups.", "a code cannot be empty"))
        elif name is None:
            merged.pop(code, None)
        elif group_id is None:
            faults.append(Fault(f"contact_groups.{code}", f"Xero has no contact group {name}"))
        else:
            merged[code] = group_id
    return merged
