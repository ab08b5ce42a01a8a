"""Whether Xero signed a webhook: by the key of Plumbline's own Xero app, or of a partner's as it is now."""

from uuid import UUID

from app.db.partners.xero_apps import XeroAppVault
from app.intake.dependencies import FindAppCheck, SignatureCheck
from app.xero.signature import is_signed_by_xero


def build_app_checks(apps: XeroAppVault) -> FindAppCheck:
    """The check of each partner's own Xero app, by its key as it is now."""

    async def find(xero_app_id: UUID) -> SignatureCheck:
        app = await apps.find(xero_app_id)
        return build_signature_check((app.webhook_key if app else None) or "")

    return find


def build_signature_check(webhook_key: str) -> SignatureCheck:
    """Whether Xero signed a webhook; without a webhook key, which development may lack, it signed none."""
    return lambda body, signature: bool(webhook_key) and is_signed_by_xero(body, signature, webhook_key)
