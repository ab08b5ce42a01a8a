"""Where a partner's app is called: its endpoints with their secrets, and what was sent to each."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.table import Table


class WebhookEndpointRow(Table):
    """One address of a partner's app. `part` is `applies` or `listens` (`domain.partner.endpoint`).

    `types` are the types of messages that it takes, `*` all; `connection_ids` the connections, null all. `failures`
    counts the attempts in a row that failed, `failing_since` and `failed_at` are the first and the last of them. One
    that was deleted keeps its row (`deleted_at`), because deliveries name it until they are pruned.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        Index(
            "ix_webhook_endpoints_listed",
            "partner_id",
            "created_at",
            "id",
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    url: Mapped[str]
    description: Mapped[str | None]
    part: Mapped[str]
    types: Mapped[list[str]] = mapped_column(ARRAY(Text()), server_default=text("'{*}'"))
    connection_ids: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid()))
    is_enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    disabled_reason: Mapped[str | None]
    disabled_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default="0")
    failing_since: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    deleted_at: Mapped[datetime | None]


class WebhookSecretRow(Table):
    """A signing secret, encrypted. Of one owner several may count at a time, while one takes the place of another.

    `owner_id` is the endpoint, or the read endpoint, that we sign calls to; or the partner itself, for the secrets by
    which it signs what it sends to us. `ends_at` is when it no longer counts, null while it is the one in use.
    """

    __tablename__ = "webhook_secrets"
    __table_args__ = (Index("ix_webhook_secrets_owner_id", "owner_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner_id: Mapped[UUID]
    secret: Mapped[bytes]
    made_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    ends_at: Mapped[datetime | None]


class DeliveryRow(Table):
    """A message to an endpoint. `message_id` is the webhook's id, the same at every attempt and for every endpoint.

    `cursor` is the change or the notice that it tells, whose row has its body; null of a test, which has its own.
    A copy (`is_copy`) is claimed and retried here. What the applying endpoint is sent in order is claimed on its change
    or notice; its row here begins with the first attempt and follows. `state`: `pending`, `delivered`, `refused`
    (409 with the app's document), `superseded` (a newer change took its place), `given_up`, or `failed` of a test.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("uq_deliveries_message", "endpoint_id", "message_id", unique=True),
        Index("ix_deliveries_listed", "endpoint_id", "id"),
        Index(
            "ix_deliveries_unfinished",
            "endpoint_id",
            "state",
            "id",
            postgresql_where=text("state <> 'delivered'"),
        ),
        Index(
            "ix_deliveries_waiting",
            "connection_id",
            "endpoint_id",
            "id",
            postgresql_where=text("is_copy AND state = 'pending'"),
        ),
        Index("ix_deliveries_in_order", "cursor", postgresql_where=text("NOT is_copy AND state = 'pending'")),
        Index("ix_deliveries_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoints.id"))
    connection_id: Mapped[UUID | None] = mapped_column(ForeignKey("connections.id"))
    message_id: Mapped[str]
    type: Mapped[str]
    cursor: Mapped[int | None] = mapped_column(BigInteger)
    body: Mapped[str | None]
    is_copy: Mapped[bool]
    state: Mapped[str] = mapped_column(server_default="pending")
    attempts: Mapped[int] = mapped_column(server_default="0")
    due_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    claimed_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class DeliveryAttemptRow(Table):
    """One call to an endpoint: what came back within `duration_ms`, or in `reason` why nothing did.

    `answer` is the beginning of the body as text.
    """

    __tablename__ = "delivery_attempts"
    __table_args__ = (
        Index("ix_delivery_attempts_delivery", "delivery_id", "id"),
        Index("ix_delivery_attempts_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    duration_ms: Mapped[int]
    status: Mapped[int | None]
    answer: Mapped[str | None]
    reason: Mapped[str | None]
