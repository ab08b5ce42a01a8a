"""Partners, their keys, consents and connections: who is who."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Computed, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.table import Table


class PartnerRow(Table):
    """A company whose app calls us; where it is called in turn, its endpoints say (`tables.endpoints`)."""

    __tablename__ = "partners"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class ApiKeyRow(Table):
    """An API key: only its hash is kept; `prefix` is what a person may see of it. `role`: `read`, `member`, `admin`.

    It is in force until it is revoked or expires, whichever comes first. `replaced_by` is the key that it was rotated
    to; a key is rotated once. `last_used_at` is kept at most once a minute.
    """

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    prefix: Mapped[str]
    role: Mapped[str] = mapped_column(server_default="admin")
    key_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    replaced_by: Mapped[UUID | None] = mapped_column(ForeignKey("api_keys.id"))


class TokenSetRow(Table):
    """What one person's consent to one Xero app gave us; one set can serve several connections (FACTS 1).

    `xero_app_id` is null where the app is Plumbline's own. The tokens are encrypted. `refresh_owner` and
    `refresh_until` are the expiring claim of the one that refreshes now; `previous_refresh_token` is kept for Xero's
    grace after a rotation. `dead_reason` says why only a new consent helps.
    """

    __tablename__ = "token_sets"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    xero_app_id: Mapped[UUID | None] = mapped_column(ForeignKey("xero_apps.id"))
    access_token: Mapped[bytes]
    refresh_token: Mapped[bytes]
    previous_refresh_token: Mapped[bytes | None]
    expires_at: Mapped[datetime]
    scopes: Mapped[str]
    xero_user_id: Mapped[str]
    refreshed_at: Mapped[datetime]
    refresh_owner: Mapped[str | None]
    refresh_until: Mapped[datetime | None]
    dead_reason: Mapped[str | None]


COMPARE_PUT_OFF = "state = 'active' AND compare_due IS false AND compare_at IS NOT NULL"
QUIET = "state = 'paused' OR state = 'active' AND next_run_at IS NOT NULL"
COMPARE_OVERDUE = "state = 'active' AND compare_due IS false AND compare_at IS NULL"


class ConnectionRow(Table):
    """One business joined to one Xero organisation.

    `generation` is raised by whatever gives a reason to look; a connection `is_behind` while it exceeds
    `settled_generation`. The database keeps that as a column of its own, so that no index has one that moves with each
    document: a connection that is behind already is then written in place. `lease_owner` and `lease_until` name the one
    worker that reconciles it now. `retry_at` is when to look again after Xero was down or asked us to wait, with the
    reason in `retry_reason`; where `bulk_waits`, a bulk alone waits for it and people's work goes on. `swept_to` is
    Xero's clock up to which changes were looked for (of contacts: `contacts_swept_to`), `sweep_due` asks for the next
    look. `facts_due` asks for those facts of the organisation for which links are held; `facts_checked_at` is when any
    of its facts were last read, and `facts_asked` counts how often they were asked for, so that who asks during a read
    is not answered by it. The database gives `organisation` another `facts_mark` whenever it is written, by whomever
    (version 0018).

    `sweep_at` is when the next sweep is asked for. `compare_due` asks for a full compare or for the rest of one,
    `compare_run` is how far it has come, and `compare_at` when to go on with one that was put off. `compared_at` is
    when the last one was done, `compared` what it came to. `manifest_at` is when the partner last said what it has.

    `xero_app_id` names the partner's own Xero app, null Plumbline's. `offered` are the organisations of a consent that
    covers several; the one that is chosen becomes `tenant_id`. `missing_scopes` are those for want of which Xero
    refused a call. `was_paused` remembers, while it is disconnected, that it is to be paused again afterwards.
    `consents` counts those that let it in, and each new secret of its Xero app; `consent_seen_at` is when Xero last
    showed that one does. `forked_from` is the connection whose settings are carried over once its organisation is
    known.

    `next_run_at` is the next time of a connection that works at set times, null in real time. Such a one is worked with
    only while `run_due`: from such a time, or from somebody's call, until nothing is behind. `answers_due`: meanwhile
    the app has answered changes, which alone is taken in at once.

    What is known of the partner's side is as old as these: `documented_at` is when its newest document came,
    `manifest_at` its last manifest, and `partner_read_at` when it was last read through to the end. `doubted_since` and
    `doubted_until` are of a copy that was restored (`db.upkeep.restored`).

    `changes_unjudged_to` is the newest change that waited for the app when other directions were chosen: up to it none
    goes out before its link was looked at by those. Since `barred_since` Xero refuses who asks, and at `probe_at` one
    of what is held for that is tried again (`domain.holds.bars`).
    """

    __tablename__ = "connections"
    __table_args__ = (
        Index("ix_connections_is_behind", "id", postgresql_where=text("is_behind")),
        Index("ix_connections_tenant_id_lower", text("lower(tenant_id)")),
        Index("ix_connections_sweep_at", "sweep_at", postgresql_where=text("state = 'active'")),
        Index("ix_connections_compare_at", "compare_at", postgresql_where=text(COMPARE_PUT_OFF)),
        Index(
            "ix_connections_compared_at",
            text("coalesce(compared_at, created_at)"),
            postgresql_where=text(COMPARE_OVERDUE),
        ),
        Index(
            "ix_connections_seen_at",
            text("coalesce(consent_seen_at, created_at)"),
            postgresql_where=text(QUIET),
        ),
        Index("ix_connections_probe_at", "probe_at", postgresql_where=text("probe_at IS NOT NULL")),
        Index("ix_connections_next_run_at", "next_run_at", postgresql_where=text("next_run_at IS NOT NULL")),
        Index("ix_connections_listed", "partner_id", "created_at", "id"),
        Index(
            "ix_connections_business",
            "partner_id",
            "business_id",
            "created_at",
            "id",
            postgresql_where=text("state <> 'removed'"),
        ),
        Index(
            "uq_connections_partner_tenant",
            "partner_id",
            "tenant_id",
            unique=True,
            postgresql_where=text("tenant_id IS NOT NULL AND state <> 'removed'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    business_id: Mapped[str]
    display_name: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="pending")
    reason: Mapped[str | None]
    since_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    tenant_id: Mapped[str | None]
    xero_connection_id: Mapped[str | None]
    token_set_id: Mapped[UUID | None] = mapped_column(ForeignKey("token_sets.id"), index=True)
    xero_app_id: Mapped[UUID | None] = mapped_column(ForeignKey("xero_apps.id"))
    offered: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'"))
    missing_scopes: Mapped[list[str]] = mapped_column(server_default=text("'[]'"))
    was_paused: Mapped[bool] = mapped_column(server_default=text("false"))
    consents: Mapped[int] = mapped_column(server_default="0")
    consent_seen_at: Mapped[datetime | None]
    forked_from: Mapped[UUID | None] = mapped_column(ForeignKey("connections.id"))
    settings: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    settings_version: Mapped[int] = mapped_column(server_default="0")
    # Kept beside the row, uncompressed (version 0018): it is the most of it by far, and seldom changes.
    organisation: Mapped[dict[str, Any] | None]
    facts_mark: Mapped[UUID | None]
    organisation_fetched_at: Mapped[datetime | None]
    facts_checked_at: Mapped[datetime | None]
    facts_due: Mapped[bool] = mapped_column(server_default=text("false"))
    facts_asked: Mapped[int] = mapped_column(server_default="0")
    generation: Mapped[int] = mapped_column(BigInteger, server_default="0")
    settled_generation: Mapped[int] = mapped_column(BigInteger, server_default="0")
    is_behind: Mapped[bool] = mapped_column(Computed("generation > settled_generation", persisted=True))
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]
    retry_reason: Mapped[str | None]
    bulk_waits: Mapped[bool] = mapped_column(server_default=text("false"))
    next_run_at: Mapped[datetime | None]
    run_due: Mapped[bool] = mapped_column(server_default=text("false"))
    answers_due: Mapped[bool] = mapped_column(server_default=text("false"))
    retries: Mapped[int] = mapped_column(server_default="0")
    sweep_due: Mapped[bool] = mapped_column(server_default=text("false"))
    swept_to: Mapped[datetime | None]
    contacts_swept_to: Mapped[datetime | None]
    swept_at: Mapped[datetime | None]
    sweep_at: Mapped[datetime | None]
    compare_due: Mapped[bool] = mapped_column(server_default=text("false"))
    compare_run: Mapped[dict[str, Any] | None]
    compare_at: Mapped[datetime | None]
    compared_at: Mapped[datetime | None]
    compared: Mapped[dict[str, Any] | None]
    manifest_at: Mapped[datetime | None]
    documented_at: Mapped[datetime | None]
    partner_read_at: Mapped[datetime | None]
    doubted_since: Mapped[datetime | None]
    doubted_until: Mapped[datetime | None]
    changes_unjudged_to: Mapped[int | None] = mapped_column(BigInteger)
    barred_since: Mapped[datetime | None]
    probe_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class OAuthStateRow(Table):
    """A consent that was begun: single use, short-lived. `state_hash` is the SHA-256 of what travelled.

    Without a `code_verifier` the code has been exchanged, and what is left is to choose the organisation.
    `browser_hash` is the SHA-256 of the cookie of the browser that alone can end it; None until one opened it.
    """

    __tablename__ = "oauth_states"

    state_hash: Mapped[bytes] = mapped_column(primary_key=True)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id", ondelete="CASCADE"), index=True)
    code_verifier: Mapped[bytes | None]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    browser_hash: Mapped[bytes | None]
