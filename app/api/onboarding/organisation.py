"""What a connection's Xero organisation has to choose from as it was last read: accounts, taxes, tracking, themes."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import ADMINS_WRITE, OwnConnection
from app.api.problems import documented
from app.domain.connections.account_map import EXPENSE
from app.domain.connections.connection import Connection
from app.domain.xero.organisation import Account, Organisation, TaxRate, TrackingCategory
from app.intake.refusals import InputRefused

router = APIRouter(
    prefix="/v1/connections/{connection_id}", tags=["organisation"], dependencies=[ADMINS_WRITE]
)

_REFUSED = ("unauthorised", "not_found", "not_authorised_yet", "invalid_request")


class Purpose(StrEnum):
    """What an account must be fit for to be listed."""

    SALES = "sales"
    LINES = "lines"
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


class TrackingOptionShown(BaseModel):
    """One option of a tracking category."""

    model_config = ConfigDict(title="TrackingOption")

    option_id: str
    name: str
    status: str


class TrackingCategoryShown(BaseModel):
    """A way to sort lines, with its options."""

    model_config = ConfigDict(
        title="TrackingCategory",
        json_schema_extra={
            "examples": [
                {
                    "category_id": "e2f2f732-e92a-4f3a-9c4d-ee4da0182a13",
                    "name": "Region",
                    "status": "ACTIVE",
                    "options": [
                        {
                            "option_id": "ae777a87-5ef3-4fa0-a4f0-d10e1f13073a",
                            "name": "North",
                            "status": "ACTIVE",
                        }
                    ],
                }
            ]
        },
    )

    category_id: str
    name: str
    status: str
    options: list[TrackingOptionShown]


class BrandingThemeShown(BaseModel):
    """How an invoice looks."""

    model_config = ConfigDict(
        title="BrandingTheme",
        json_schema_extra={
            "examples": [{"theme_id": "dabc7637-62c1-4941-8a6e-ee44fa5090e7", "name": "Standard"}]
        },
    )

    theme_id: str
    name: str


class Accounts(BaseModel):
    """Accounts, and when they were read from Xero."""

    data: list[AccountShown]
    fetched_at: datetime | None


class TaxRates(BaseModel):
    """Tax rates, and when they were read from Xero."""

    data: list[TaxRateShown]
    fetched_at: datetime | None


class TrackingCategories(BaseModel):
    """Tracking categories, and when they were read from Xero."""

    data: list[TrackingCategoryShown]
    fetched_at: datetime | None


class BrandingThemes(BaseModel):
    """Branding themes, and when they were read from Xero."""

    data: list[BrandingThemeShown]
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
        Purpose,
        Query(
            description="`sales` for lines, `payments` for payments, `lines` for lines that are no plain sales too."
        ),
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
async def list_tax_rates(
    connection: OwnConnection,
    fit_for: Annotated[
        Purpose,
        Query(description="`sales` for lines, `lines` on accounts of expenses too; no tax fits a payment."),
    ] = Purpose.ALL,
) -> TaxRates:
    """Answers from what was last read; Xero is not asked."""
    rates = get_organisation(connection).tax_rates
    fit = [rate for rate in rates if _is_fit_rate(rate, fit_for)]
    return TaxRates(data=[_show_rate(rate) for rate in fit], fetched_at=connection.organisation_fetched_at)


@router.get(
    "/tracking-categories",
    operation_id="list_tracking_categories",
    summary="The organisation's tracking categories with their options",
    responses=documented(*_REFUSED),
)
async def list_tracking_categories(
    connection: OwnConnection,
    fit_for: Annotated[
        Purpose, Query(description="`sales` for what is active, in lines; no tracking fits a payment.")
    ] = Purpose.ALL,
) -> TrackingCategories:
    """Answers from what was last read; Xero is not asked."""
    categories = get_organisation(connection).tracking_categories
    shown = [fit for category in categories if (fit := _fit_tracking(category, fit_for)) is not None]
    return TrackingCategories(
        data=[TrackingCategoryShown.model_validate(each, from_attributes=True) for each in shown],
        fetched_at=connection.organisation_fetched_at,
    )


@router.get(
    "/branding-themes",
    operation_id="list_branding_themes",
    summary="The organisation's branding themes",
    responses=documented(*_REFUSED),
)
async def list_branding_themes(connection: OwnConnection) -> BrandingThemes:
    """Answers from what was last read; Xero is not asked."""
    themes = get_organisation(connection).branding_themes
    shown = [BrandingThemeShown.model_validate(theme, from_attributes=True) for theme in themes]
    return BrandingThemes(data=shown, fetched_at=connection.organisation_fetched_at)


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
    if purpose is Purpose.LINES:
        return account.fits_lines
    return account.fits_payments if purpose is Purpose.PAYMENTS else True


def _is_fit_rate(rate: TaxRate, purpose: Purpose) -> bool:
    match purpose:
        case Purpose.ALL:
            return True
        case Purpose.SALES:
            return rate.fits_sales
        case Purpose.LINES:
            return rate.fits_sales or rate.fits_class(EXPENSE)
        case Purpose.PAYMENTS:
            return False


def _fit_tracking(category: TrackingCategory, purpose: Purpose) -> TrackingCategory | None:
    """The category with the options that fit, or None where it does not fit itself."""
    if purpose is Purpose.ALL:
        return category
    if purpose is Purpose.PAYMENTS or category.status != "ACTIVE":
        return None
    return replace(category, options=[option for option in category.options if option.status == "ACTIVE"])


def _show_rate(rate: TaxRate) -> TaxRateShown:
    return TaxRateShown(
        tax_type=rate.tax_type,
        name=rate.name,
        rate=f"{rate.rate.normalize():f}",
        status=rate.status,
        fits_sales=rate.fits_sales,
    )
