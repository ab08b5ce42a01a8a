"""What a connection's Xero organisation has to choose from: accounts and tax rates, as they were last read."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import OwnConnection
from app.api.problems import documented
from app.domain.connection import Connection
from app.domain.organisation import Account, Organisation, TaxRate
from app.intake.refusals import InputRefused

router = APIRouter(prefix="/v1/connections/{connection_id}", tags=["organisation"])

_REFUSED = ("unauthorised", "not_found", "not_authorised_yet", "invalid_request")


class Purpose(StrEnum):
    """What an account must be fit for to be listed."""

    SALES = "sales"
    PAYMENTS = "payments"
    ALL = "all"


class AccountShown(BaseModel):
    """An account of the chart."""

    model_config = ConfigDict(
        title="Account",
        json_schema_extra={
            "examples": [
                {
                    "account_id": "a2d9b2c4-8f3e-4d52-9a0f-3c1f6a7b8c90",
                    "code": "200",
                    "name": "Sales",
                    "type": "REVENUE",
                    "account_class": "REVENUE",
                    "status": "ACTIVE",
                    "fits_sales": True,
                    "fits_payments": False,
                }
            ]
        },
    )

    account_id: str
    code: str | None = Field(description="People may change it in Xero; the id stays.")
    name: str
    type: str
    account_class: str
    status: str
    fits_sales: bool
    fits_payments: bool


class TaxRateShown(BaseModel):
    """A tax rate; `rate` is a percentage."""

    model_config = ConfigDict(
        title="TaxRate",
        json_schema_extra={
            "examples": [
                {
                    "tax_type": "OUTPUT",
                    "name": "GST on Income",
                    "rate": "10",
                    "status": "ACTIVE",
                    "fits_sales": True,
                }
            ]
        },
    )

    tax_type: str
    name: str
    rate: str
    status: str
    fits_sales: bool


class Accounts(BaseModel):
    """Accounts, and when they were read from Xero."""

    data: list[AccountShown]
    fetched_at: datetime | None


class TaxRates(BaseModel):
    """Tax rates, and when they were read from Xero."""

    data: list[TaxRateShown]
    fetched_at: datetime | None


@router.get(
    "/accounts",
    operation_id="list_accounts",
    summary="The chart of accounts, or the accounts fit for a purpose",
    responses=documented(*_REFUSED),
)
async def list_accounts(
    connection: OwnConnection,
    fit_for: Annotated[
        Purpose, Query(description="`sales` for lines, `payments` for payments.")
    ] = Purpose.ALL,
) -> Accounts:
    """Answers from what was last read; Xero is not asked."""
    found = [account for account in get_organisation(connection).accounts if _fits(account, fit_for)]
    shown = [AccountShown.model_validate(account, from_attributes=True) for account in found]
    return Accounts(data=shown, fetched_at=connection.organisation_fetched_at)


@router.get(
    "/tax-rates",
    operation_id="list_tax_rates",
    summary="The organisation's tax rates",
    responses=documented(*_REFUSED),
)
async def list_tax_rates(connection: OwnConnection) -> TaxRates:
    """Answers from what was last read; Xero is not asked."""
    shown = [_show_rate(rate) for rate in get_organisation(connection).tax_rates]
    return TaxRates(data=shown, fetched_at=connection.organisation_fetched_at)


def get_organisation(connection: Connection) -> Organisation:
    """The organisation as it is kept; raises `not_authorised_yet` while nothing was ever read."""
    if connection.organisation is None:
        raise InputRefused(
            "not_authorised_yet", "Authorise the connection first; then its organisation is known."
        )
    return connection.organisation


def _fits(account: Account, purpose: Purpose) -> bool:
    if purpose is Purpose.SALES:
        return account.fits_sales
    return account.fits_payments if purpose is Purpose.PAYMENTS else True


def _show_rate(rate: TaxRate) -> TaxRateShown:
    return TaxRateShown(
        tax_type=rate.tax_type,
        name=rate.name,
        rate=f"{rate.rate.normalize():f}",
        status=rate.status,
        fits_sales=rate.fits_sales,
    )
