"""The link tables: the two identities of one thing, unique both ways, and what we know of each side."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.link_columns import HubColumns
from app.db.tables.table import Table

SETTLED_FOR = text("state = 'settled' AND reason_code IS NOT NULL")
"""Links with nothing to do, for a reason that another choice may lift."""

CONTACT_NAME = "lower(coalesce(record ->> 'name', details ->> 'name'))"
"""A contact's name as it is shown, in the form in which beginnings of names are looked for."""

INVOICE_CONTACT = "coalesce(record ->> 'contact', document #>> '{contact,id}')"
"""The contact that an invoice is shown with: the record's, or its document's while nothing was merged."""

INVOICE_JOB = "coalesce(record #>> '{job,id}', document #>> '{job,id}')"
"""The job that an invoice is shown with, by the app's id of it; null where it is for none."""

HAS_JOB = f"{INVOICE_JOB} IS NOT NULL"
"""What is true of the rows that its index is for."""

INVOICE_STATUS = "coalesce(shown_status, document ->> 'status')"
"""The status that an invoice is shown with, in the document's words."""

IS_BEHIND = "generation > settled_generation OR state = 'behind'"
"""A link of which something is due, or which waits for the app."""


HAS_PARTS = """(has_parts IS NOT FALSE
    OR jsonb_path_exists(document, '$.payments[0]') OR jsonb_path_exists(document, '$.credits[0]'))"""
"""Either side, or a document that was not merged yet, may have a payment or a credit. This is decided at every write of
any link: to look into the record and the shadow for it cost as much as all the other indexes together.
"""


HALF_A_PAGE = 4080
"""Bytes up to which a row is kept as it is; PostgreSQL's own 2,032 would have most links packed and cut at every write.
"""


class ContactLinkRow(HubColumns, Table):
    """The pair of identities of one contact, and what we know of each side (see `domain.record.hub`).

    `details` is what the partner's invoices said of it last (name, email, phone), `details_version` and
    `details_based_on` what they said with it; the document columns are its newest document of its own.
    `merged_version` is the rank that the record has taken in (`domain.contacts.contact_link`). `held_by` is the contact
    of Xero that stands in its way while it is held. `intent_key` and `intent_at` stand from before the create call
    until its answer is recorded. `unusable` is why Xero takes it for no invoice. `is_shared`: another link has the same
    contact of Xero and had it first, because the two were merged there, or a person said that they are one.
    `groups_joined` are Xero's groups that we put it into; `wanted_xero_id` is a person's choice, not carried out yet,
    and `wanted_is_shared` says that others may have that contact too; `push_wanted`: somebody wants it in Xero without
    an invoice, and it is not there yet. `marker_number` counts how often it left a contact of Xero, since each time it
    gets another marker.
    """

    __tablename__ = "contact_links"
    __table_args__ = (
        Index("uq_contact_links_partner", "connection_id", "partner_contact_id", unique=True),
        Index(
            "uq_contact_links_xero_owner",
            "connection_id",
            "xero_contact_id",
            unique=True,
            postgresql_where=text("xero_contact_id IS NOT NULL AND NOT is_shared"),
        ),
        Index("ix_contact_links_xero", "connection_id", "xero_contact_id"),
        Index(
            "ix_contact_links_behind",
            "connection_id",
            "touched_at",
            postgresql_where=text("generation > settled_generation"),
        ),
        Index(
            "ix_contact_links_unfinished", "connection_id", postgresql_where=text("intent_key IS NOT NULL")
        ),
        Index("ix_contact_links_held", "connection_id", postgresql_where=text("state = 'held'")),
        Index("ix_contact_links_settled_for", "connection_id", "reason_code", postgresql_where=SETTLED_FOR),
        Index("ix_contact_links_skipped", "connection_id", postgresql_where=text("skipped_at IS NOT NULL")),
        Index("ix_contact_links_listed", "connection_id", "created_at", "id"),
        Index("ix_contact_links_updated", "connection_id", "updated_at", "id"),
        Index(
            "ix_contact_links_behind_listed",
            "connection_id",
            "created_at",
            "id",
            postgresql_where=text(IS_BEHIND),
        ),
        Index(
            "ix_contact_links_name",
            "connection_id",
            literal_column(CONTACT_NAME).label("shown_name"),
            postgresql_ops={"shown_name": "text_pattern_ops"},
        ),
        Index(
            "ix_contact_links_not_in_xero",
            "connection_id",
            "created_at",
            "id",
            postgresql_where=text("xero_contact_id IS NULL"),
        ),
        Index(
            "ix_contact_links_unsettled",
            "connection_id",
            postgresql_where=text("state <> 'settled' OR generation > settled_generation"),
        ),
    )

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"))
    partner_contact_id: Mapped[str]
    xero_contact_id: Mapped[str | None]
    held_by: Mapped[str | None]

    details: Mapped[dict[str, Any]]
    details_version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    details_based_on: Mapped[int | None] = mapped_column(BigInteger)
    details_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    intent_key: Mapped[str | None]
    intent_at: Mapped[datetime | None]
    unusable: Mapped[str | None]
    is_shared: Mapped[bool] = mapped_column(server_default=text("false"))
    groups_joined: Mapped[list[str]] = mapped_column(server_default=text("'[]'"))
    wanted_xero_id: Mapped[str | None]
    wanted_is_shared: Mapped[bool] = mapped_column(server_default=text("false"))
    marker_number: Mapped[int] = mapped_column(server_default="0")
    push_wanted: Mapped[bool] = mapped_column(server_default=text("false"))


class InvoiceLinkRow(HubColumns, Table):
    """The pair of identities of one invoice, and what we know of each side (see `domain.record.hub`).

    The document columns are the partner's newest document as it came; `merged_version` is the version that the record
    has taken in. `payment_fees` are the fees of the app's payments by id, as its documents said them last: they are the
    app's alone, and stay when a payment is taken back, for it may come again. `shown_status` is the status of the
    record in the document's words. `has_parts`: the record or what Xero holds has a payment or a credit; null where a
    version before 0037 recorded it, which may have some. `line_ids`, `payment_ids` and `credit_ids` map Xero's ids to
    our keys; `overpaid` is what of a payment stands in Xero as an overpayment, by payment key; `kept_methods` are those
    of payments that the app took back and Xero still has, `booked` says of those that we made by which method and to
    which account, and `account_ids` which account each code of its lines stood for when it was recorded. `intents` are
    creates that were begun: what (`invoice`, a payment's key, or a credit's kind and key) to key and time. Of a held
    link, `reason_way` says what kind of step is the way out, `held_by` which invoice or contact of Xero's stands in it,
    and `retry_at` when it is looked at again by itself. `draft_asked` is the body of the call that asked for it in Xero
    as a draft, null where there was none.
    """

    __tablename__ = "invoice_links"
    __table_args__ = (
        Index("uq_invoice_links_partner", "connection_id", "partner_invoice_id", unique=True),
        Index(
            "uq_invoice_links_xero",
            "connection_id",
            "xero_invoice_id",
            unique=True,
            postgresql_where=text("xero_invoice_id IS NOT NULL"),
        ),
        Index(
            "ix_invoice_links_behind",
            "connection_id",
            "touched_at",
            postgresql_where=text("generation > settled_generation"),
        ),
        Index("ix_invoice_links_touched", "connection_id", "touched_at"),
        Index(
            "ix_invoice_links_unfinished", "connection_id", postgresql_where=text("intents <> '{}'::jsonb")
        ),
        Index("ix_invoice_links_credit_ids", "credit_ids", postgresql_using="gin"),
        Index("ix_invoice_links_held", "connection_id", postgresql_where=text("state = 'held'")),
        Index("ix_invoice_links_settled_for", "connection_id", "reason_code", postgresql_where=SETTLED_FOR),
        Index("ix_invoice_links_skipped", "connection_id", postgresql_where=text("skipped_at IS NOT NULL")),
        Index("ix_invoice_links_retry", "retry_at", postgresql_where=text("state = 'held'")),
        Index("ix_invoice_links_partner_number", "connection_id", "partner_number"),
        Index("ix_invoice_links_xero_number", "connection_id", "xero_number"),
        Index("ix_invoice_links_listed", "connection_id", "created_at", "id"),
        Index("ix_invoice_links_updated", "connection_id", "updated_at", "id"),
        Index(
            "ix_invoice_links_behind_listed",
            "connection_id",
            "created_at",
            "id",
            postgresql_where=text(IS_BEHIND),
        ),
        Index("ix_invoice_links_contact", "connection_id", text(INVOICE_CONTACT), "created_at", "id"),
        Index(
            "ix_invoice_links_job",
            "connection_id",
            text(INVOICE_JOB),
            "created_at",
            "id",
            postgresql_where=text(HAS_JOB),
        ),
        Index("ix_invoice_links_status", "connection_id", text(INVOICE_STATUS), "created_at", "id"),
        Index(
            "ix_invoice_links_reason",
            "connection_id",
            "reason_code",
            "created_at",
            "id",
            postgresql_where=text("reason_code IS NOT NULL"),
        ),
        Index(
            "ix_invoice_links_not_in_xero",
            "connection_id",
            "created_at",
            "id",
            postgresql_where=text("xero_invoice_id IS NULL"),
        ),
        Index(
            "ix_invoice_links_has_parts",
            "connection_id",
            "created_at",
            "id",
            postgresql_where=text(HAS_PARTS),
        ),
        Index(
            "ix_invoice_links_unsettled",
            "connection_id",
            postgresql_where=text("state <> 'settled' OR generation > settled_generation"),
        ),
        {"postgresql_with": {"toast_tuple_target": HALF_A_PAGE}},
    )

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"))
    partner_invoice_id: Mapped[str]
    xero_invoice_id: Mapped[str | None]
    partner_number: Mapped[str | None]
    xero_number: Mapped[str | None]

    reason_way: Mapped[str | None]
    held_by: Mapped[str | None]
    retry_at: Mapped[datetime | None]

    payment_fees: Mapped[dict[str, Any] | None]
    draft_asked: Mapped[dict[str, Any] | None]

    shown_status: Mapped[str | None]
    has_parts: Mapped[bool | None] = mapped_column(server_default=text("false"))

    line_ids: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    payment_ids: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    credit_ids: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    overpaid: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    kept_methods: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    booked: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    account_ids: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    intents: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    xero_status: Mapped[str | None]
    xero_total: Mapped[str | None]
    xero_amount_due: Mapped[str | None]
    tax_amounts_sent: Mapped[bool] = mapped_column(server_default=text("false"))
