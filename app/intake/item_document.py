"""The partner's product, as its schema: whole state, every time, as an invoice's document is."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.intake.values import Identity, ItemCode, ItemName, LongText, UnitPrice, Version, Word

EXAMPLE: dict[str, Any] = {
    "id": "prd_250",
    "version": 3,
    "code": "HWS-250",
    "name": "Hot water system, 250 L",
    "description": "Supply 250 L unit, electric",
    "unit_price": "1890.00",
    "category": "materials",
    "tax": "gst",
}
"""A product that every rule accepts; OpenAPI shows it."""


class ItemDocument(BaseModel):
    """A product as it stands in the partner's app. What is left out says nothing, and clears nothing in Xero."""

    model_config = ConfigDict(
        title="ItemDocument",
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={"examples": [EXAMPLE]},
    )

    id: Identity
    version: Version = Field(description="Grows by one with every change of the product in the app.")
    code: ItemCode = Field(description="What lines name it by; unique in Xero, whatever its case.")
    name: ItemName
    description: LongText | None = Field(default=None, description="What a line of it says; null clears it.")
    unit_price: UnitPrice | None = Field(default=None, description="What it is sold for.")
    category: Word | None = Field(
        default=None, description="Chooses the sales account by the connection's map; null: none is sent."
    )
    tax: Word | None = Field(
        default=None, description="Chooses the tax rate by the connection's map; null: none is sent."
    )

    def to_json(self) -> dict[str, Any]:
        """The product as it is stored: every field there."""
        return self.model_dump(mode="json")
