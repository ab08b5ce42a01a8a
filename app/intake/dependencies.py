"""What intake needs of the rest, put together by `wiring` and laid on the application's state as `intake`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from app.batcher import Batcher
from app.clock import Clock
from app.db.connections.known import KnownConnections
from app.db.inboxes.xero_webhooks import Webhook
from app.intake.inbox import Inbox
from app.intake.partner_inbox import PartnerWebhook, Saved
from app.intake.partner_secrets import PartnerSecrets
from app.intake.shop_hooks import ShopHooks
from app.reconcile.ports import Waker

SignatureCheck = Callable[[bytes, str | None], bool]
"""Whether Xero signed these raw bytes with that header; knows the webhook key."""

FindAppCheck = Callable[[UUID], Awaitable[SignatureCheck]]
"""The same for a partner's own Xero app; one that refuses everything where the app or its key is not known."""


@dataclass(frozen=True, slots=True)
class IntakeServices:
    """The inboxes store what Xero and the partners deliver, and answer whom to wake, or whether to; by `known`
    connections documents are judged, and `partner_secrets` finds what partners sign with. `shop_hooks`
    verify what shops send.
    """

    clock: Clock
    waker: Waker
    xero_inbox: Batcher[Webhook, bool]
    partner_inbox: Inbox[PartnerWebhook, Saved]
    known: KnownConnections
    partner_secrets: PartnerSecrets
    shop_hooks: ShopHooks
    is_signed_by_xero: SignatureCheck
    find_app_check: FindAppCheck
