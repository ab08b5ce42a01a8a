"""What a process shows to Prometheus."""

from app.api.metrics.exposition import Exposition
from app.settings import Settings
from app.wiring.ground import Ground
from app.wiring.xero_side import XeroSide, build_budget, build_plan_in_force
from app.xero.shared_budget import SharedBudget


def build_exposition(settings: Settings, ground: Ground, xero: XeroSide, *, is_hidden: bool) -> Exposition:
    """What this process shows to Prometheus; `is_hidden` where there is no token."""

    def find_budget(client_id: str | None) -> SharedBudget:
        return build_budget(settings, ground, client_id) if client_id else xero.budget

    token = settings.metrics_token.get_secret_value()
    return Exposition(ground.database, find_budget, build_plan_in_force(settings), token, is_hidden)
