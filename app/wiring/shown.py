"""What a process shows to Prometheus."""

from collections.abc import Sequence

from app.api.metrics.exposition import Exposition
from app.db.gauges import Tenant
from app.domain.usage import CallsLeft
from app.settings import Settings
from app.wiring.ground import Ground
from app.wiring.xero_side import XeroSide, build_budget, build_plan_in_force


def build_exposition(settings: Settings, ground: Ground, xero: XeroSide, *, is_hidden: bool) -> Exposition:
    """What this process shows to Prometheus; `is_hidden` where there is no token."""

    async def list_left(tenants: Sequence[Tenant]) -> list[CallsLeft]:
        left: list[CallsLeft] = []
        for client_id in {tenant.client_id for tenant in tenants}:
            budget = build_budget(settings, ground, client_id) if client_id else xero.budget
            left += await budget.list_left([one.tenant_id for one in tenants if one.client_id == client_id])
        return left

    token = settings.metrics_token.get_secret_value()
    return Exposition(ground.database, list_left, build_plan_in_force(settings), token, is_hidden)
