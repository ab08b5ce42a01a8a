"""Stale mappings as they are shown: what a business chose and its organisation lets be used no more, with the cure."""

from pydantic import BaseModel, ConfigDict

from app.domain.connections.connection import Connection
from app.domain.connections.stale import list_problems


class MappingProblem(BaseModel):
    """One stale mapping: where it was chosen, what became of it in Xero, and what to do."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "account_stale",
                    "setting": "revenue_accounts.materials",
                    "value": "a2d9b2c4-8f3e-4d52-9a0f-3c1f6a7b8c90",
                    "fact": "Account 220 (Materials Sales) is archived in Xero.",
                    "cure": "Choose another account under revenue_accounts.materials, or restore this one in Xero.",
                }
            ]
        }
    )

    code: str
    setting: str
    value: str
    fact: str
    cure: str


def build_problems(connection: Connection, *, is_fallback_lost: bool) -> list[MappingProblem]:
    """The stale mappings of a connection by its organisation as it was last read; none before it was."""
    if connection.organisation is None:
        return []
    found = list_problems(connection.settings, connection.organisation, is_fallback_lost=is_fallback_lost)
    return [MappingProblem.model_validate(problem, from_attributes=True) for problem in found]
